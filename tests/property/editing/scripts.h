/* Every script of the repository, workspace by workspace, for tests that look at each name and word of it. */
#ifndef TESTS_PROPERTY_EDITING_SCRIPTS_H
#define TESTS_PROPERTY_EDITING_SCRIPTS_H

#include "compiler/editor/editor.h"

/* Calls `check` for each workspace that compiles: the example journeys, and with `all` each script of tests/lang that is
 * one by itself. */
void each_workspace(bool all, void (*check)(void *user, struct jc_editor *editor), void *user);

/* Calls `check` for each word of a file, outside of comments and texts, from which it goes on where `check` says. */
void each_word(struct jn_str text, size_t (*check)(void *user, size_t from, size_t to), void *user);

#endif
