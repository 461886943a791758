// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two functions that the libelf.a of elfutils 0.192 (Debian 13) calls but does not contain: they
 * are in an internal library of elfutils that is not installed. They initialize and free the search
 * tree of an ELF file's raw chunks. libbpf requests no raw chunks, so the tree stays empty. Linked
 * only if a link without them fails (see link.mk). elfutils 0.196 contains them again.
 */
#include <stddef.h>

/* The search_tree of elfutils begins with its root. A lock may follow, which is never taken. */
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
