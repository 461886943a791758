/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static processes with special command lines or programs: arguments of all kinds, rewritten
 * titles, programs that have been removed.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H
#define TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H

/* The number of argument cases, including rewritten titles. */
#define TITLES 24

void titled(unsigned int number);

/* Executes a program that is then removed. */
void vanished_program(unsigned int number);

/* Executes a program that has no path. */
void placeless_program(unsigned int number);

/*
 * If this process was executed by one of the functions above, plays its role and does not return.
 */
void titles_take_part(int argc, char **argv);

#endif
