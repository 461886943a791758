// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two functions that the libelf.a of elfutils 0.192 (Debian 13) calls and does not contain: they
 * are in a library of elfutils' own that is not installed. They begin and end the tree of an ELF
 * file's raw chunks; libbpf asks for none, so the tree stays empty. Linked in only where a link
 * without them fails (see the Makefile); elfutils 0.196 has them again.
 */
#include <stddef.h>

/* What elfutils calls search_tree begins with its root. A lock may follow, that nobody takes. */
struct search_tree {
	void *root;
};

void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
