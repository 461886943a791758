/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes that a program inherits from its parent and that procsieve cannot work with: closed
 * standard descriptors, blocked signals, an ignored SIGCHLD, a fatal SIGXFSZ. procsieve replaces
 * them for itself, and restores signal mask, SIGCHLD and SIGXFSZ for a command that it runs.
 */
#ifndef USER_BASE_INHERITED_H
#define USER_BASE_INHERITED_H

/* Replaces them. Called once, before anything else. */
void inherited_replace(void);

/* Restores them. Called in a child, just before its exec. */
void inherited_restore(void);

#endif
