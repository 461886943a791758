/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program inherits from the one that started it and may not be able to work with: closed
 * standard descriptors, blocked signals, an ignored SIGCHLD. procsieve changes that for itself, and
 * a command that it runs gets it back.
 */
#ifndef USER_BASE_INHERITED_H
#define USER_BASE_INHERITED_H

/* Called once, before anything else. */
void inherited_set_aside(void);

/* In a child, right before its exec. */
void inherited_give_back(void);

#endif
