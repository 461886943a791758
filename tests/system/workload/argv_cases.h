/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of the crowd that are about what was executed: arguments of all kinds, changed titles,
 * programs that are gone.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H
#define TESTS_SYSTEM_WORKLOAD_ARGV_CASES_H

/* Kinds of arguments, and of what becomes of them. */
#define TITLES 24

void titled(unsigned int number);

/* Executes a program that is removed then. */
void vanished_program(unsigned int number);

/* Executes one that is in no directory. */
void placeless_program(unsigned int number);

/* Where the process is such a program, or is executed by the one above: does not return. */
void titles_take_part(int argc, char **argv);

#endif
