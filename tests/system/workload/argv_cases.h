/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static processes with special command lines or programs: arguments of all kinds, rewritten
 * titles, programs that have been removed.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H
#define TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H

/* The number of argument cases, including rewritten titles. */
#define ARGV_CASES 24

void role_argv_case(unsigned int number);

/* Executes a program that is then removed. */
void role_removed_program(unsigned int number);

/* Executes a program that has no path. */
void role_memfd_program(unsigned int number);

/*
 * If this process was executed by one of the functions above, plays its role and does not return.
 */
void argv_cases_main(int argc, char **argv);

#endif
