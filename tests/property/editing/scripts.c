#include "scripts.h"

#include "compiler/workspace/workspace.h"
#include "core/check.h"
#include "core/utf8.h"

static void check_sound(const struct jc_source *source, uint32_t n, void (*check)(void *, struct jc_editor *), void *user) {
    struct jc_editor *editor;
    struct jn_err err;
    JN_CHECK(jc_editor_open(source, n, &editor, &err) == JN_OK);
    if (jc_editor_check(editor)->diags->n_error == 0) check(user, editor);
    jc_editor_close(editor);
}

void each_workspace(bool all, void (*check)(void *user, struct jc_editor *editor), void *user) {
    static const struct {
        const char *path;
        bool apart; /* each file is a workspace */
    } FOLDER[] = {{"journeys/welcome", false}, {"journeys/cart", false},         {"journeys/zhaohui", false},
                  {"journeys/baby", false},    {"journeys/subscription", false}, {"tests/lang/behaviour", true},
                  {"tests/lang/explained", true}};
    for (size_t i = 0; i < sizeof FOLDER / sizeof *FOLDER; i++) {
        struct jn_arena arena;
        struct jc_workspace workspace;
        struct jn_err err;
        struct jn_str path = jn_str_z(FOLDER[i].path);
        if (FOLDER[i].apart && !all) continue;
        jn_arena_init(&arena);
        JN_CHECK(jc_workspace_read(&arena, &path, 1, &workspace, &err) == JN_OK);
        for (uint32_t f = 0; FOLDER[i].apart && f < workspace.n_source; f++)
            check_sound(&workspace.source[f], 1, check, user);
        if (!FOLDER[i].apart) check_sound(workspace.source, workspace.n_source, check, user);
        jn_arena_release(&arena);
    }
}

/* Behind a comment or a text that begins at the byte; else the byte itself. */
static size_t skip(struct jn_str text, size_t at) {
    static const struct jn_str BLOCK = {"\"\"\"", 3};
    while (at < text.n && text.p[at] == '#')
        while (at < text.n && text.p[at] != '\n')
            at++;
    if (at >= text.n || text.p[at] != '"') return at;
    bool block = jn_str_starts(jn_str_sub(text, at, 3), BLOCK);
    for (at += block ? 3 : 1; at < text.n; at++) {
        if (text.p[at] == '\\' && !block) at++;
        if (at < text.n && text.p[at] == '"' && (!block || jn_str_starts(jn_str_sub(text, at, 3), BLOCK)))
            return at + (block ? 3 : 1);
    }
    return at;
}

void each_word(struct jn_str text, size_t (*check)(void *user, size_t from, size_t to), void *user) {
    for (size_t at = 0; at < text.n;) {
        size_t from = skip(text, at), end = from;
        while (end < text.n) {
            size_t next = end;
            if (!jn_utf8_is_name(jn_utf8_next(text, &next))) break;
            end = next;
        }
        if (end > from)
            at = check(user, from, end);
        else
            at = from > at ? from : at + 1;
    }
}
