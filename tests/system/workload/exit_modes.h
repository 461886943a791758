/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child does until it ends, in variants numbered from 0, and the wait status of each. Used
 * by exit_children.c, which makes the children.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_EXIT_MODES_H
#define TESTS_SYSTEM_WORKLOAD_EXIT_MODES_H

/* The exit code of a child that could not do its task. */
#define CODE_BROKEN 251

/*
 * Must be called first in a child: no signal is handled, blocked or ignored, and no core is dumped
 * unless requested.
 */
void act_prepare(void);

/* Exits with the variant as its code. */
#define EXIT_CODES 256
void act_code(int variant);
int code_status(int variant);

/* Is killed by a signal, without a core. */
#define FATAL_SIGNALS 56
void act_signal(int variant);
int signal_status(int variant);

/*
 * Is killed with a core in its working directory, or without a core if this machine stores cores
 * elsewhere.
 */
#define CORE_SIGNALS 10
void act_core(int variant);
int core_status(int variant);

/* A few of each kind: codes, signals, executed programs. */
#define SIMPLE_ENDS 10
void act_simple(int variant);
int simple_status(int variant);

/* A second thread calls exit_group(2), with the variant as code. */
void act_exit_group(int variant);

/*
 * The leader has ended when the last thread exits alone, exits the group, or is killed. Since Linux
 * 6.0, the process has the exit code of the thread that exits last; before, that of the leader
 * (leader_first_old_status).
 */
#define LEADER_FIRST_ENDS 3
void act_leader_first(int variant);
int leader_first_status(int variant);
int leader_first_old_status(int variant);

/*
 * The leader and a second thread exit at the same time: the code is the leader's (code_status) or
 * the other's (race_status).
 */
void act_race(int variant);
int race_status(int variant);

/* A second thread executes a program; the leader is killed by that or has ended before. */
#define THREAD_EXECS 4
void act_thread_exec(int variant);
int thread_exec_status(int variant);

/* Four threads are killed by one signal. */
#define GROUP_KILL_SIGNALS 4
void act_group_kill(int variant);
int group_kill_status(int variant);

/*
 * Fails to execute a program. As in a shell, the code is 127 if the file does not exist, and 126 if
 * it cannot be executed.
 */
#define EXEC_FAILURES 2
void act_exec_failure(int variant);
int exec_failure_status(int variant);

#endif
