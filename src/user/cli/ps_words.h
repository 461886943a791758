/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users of ps(1) type: `ps aux`, `ps -ef`, `ps 1234`. */
#ifndef USER_CLI_PS_WORDS_H
#define USER_CLI_PS_WORDS_H

#include "parse/option_table.h"

/* Takes an argument that is no option: process ids, or letters of BSD's ps. */
option_setter ps_word;

/* -f: the columns of ps -f, unless -o was given before. */
option_setter ps_set_full;

/* Removes the dash of "-aux" and "-ax", which would be -a and the user "x" otherwise. */
void ps_join_words(int argc, char **argv);

#endif
