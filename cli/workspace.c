#include "cli/workspace.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/terminal.h"
#include "compiler/diag/print.h"
#include "compiler/syntax/words.h"
#include "compiler/workspace/workspace.h"
#include "core/map.h"
#include "image/image.h"

#define CLI_DIAGNOSTICS_MAX (16u << 20)

static struct jn_str cli_folder(struct jn_str path) {
    for (size_t n = path.n; n > 0; n--)
        if (path.p[n - 1] == '/') return (struct jn_str){path.p, n - 1};
    return JN_STR(".");
}

static bool cli_begins_with(struct jn_str line, struct jn_str word) {
    if (word.n == 0 || !jn_str_starts(line, word)) return false;
    return line.n == word.n || strchr(" \t\r#", line.p[word.n]) != NULL;
}

/* Whether a line begins with the word `workspace`, in either set of words. */
static bool cli_declares_workspace(struct jn_str text) {
    const struct jc_word *word = jc_word_row(0);
    for (uint32_t i = 0; !jn_str_is(word->en, "workspace"); i++)
        word = jc_word_row(i);
    for (size_t at = 0; at < text.n;) {
        struct jn_str line = jn_str_sub(text, at, text.n);
        const char *end = memchr(line.p, '\n', line.n);
        if (end != NULL) line.n = (size_t)(end - line.p);
        if (cli_begins_with(line, word->en) || cli_begins_with(line, word->zh)) return true;
        at += line.n + 1;
    }
    return false;
}

/* The nearest folder at or above the file's that declares a workspace; empty when none does. */
static struct jn_str cli_home(const struct jn_map *declaring, struct jn_str path) {
    for (struct jn_str folder = cli_folder(path);; folder = cli_folder(folder)) {
        if (jn_map_get(declaring, folder, NULL)) return folder;
        if (jn_str_is(folder, ".") || folder.n == 0) return JN_STR("");
    }
}

static void cli_group(const struct jn_map *declaring, const struct jc_workspace *all, struct jn_arena *arena,
                      struct cli_workspace *out, uint32_t *n) {
    *n = 0;
    for (uint32_t i = 0; i < all->n_source; i++) {
        struct jn_str home = cli_home(declaring, all->source[i].path);
        struct cli_workspace *workspace = NULL;
        for (uint32_t w = 0; w < *n; w++)
            if (jn_str_eq(out[w].name, home)) workspace = &out[w];
        if (workspace == NULL) {
            workspace = &out[(*n)++];
            workspace->name = home;
            workspace->source = JN_NEW_ARRAY(arena, struct jc_source, all->n_source);
        }
        workspace->source[workspace->n_source++] = all->source[i];
    }
}

jn_rc cli_find_workspaces(const struct cli_args *args, struct jn_arena *arena, struct cli_workspace **out, uint32_t *n,
                          struct jn_err *err) {
    struct jn_str here = JN_STR("."), *path = &here;
    uint32_t n_path = 1;
    struct jc_workspace all;
    struct jn_map declaring;
    if (args->n_path > 0) {
        n_path = (uint32_t)args->n_path;
        path = JN_NEW_ARRAY(arena, struct jn_str, n_path);
        for (uint32_t i = 0; i < n_path; i++)
            path[i] = jn_str_z(args->path[i]);
    }
    jn_rc rc = jc_workspace_read(arena, path, n_path, &all, err);
    if (rc != JN_OK) return rc;
    jn_map_init(&declaring);
    for (uint32_t i = 0; i < all.n_source; i++)
        if (cli_declares_workspace(all.source[i].text)) jn_map_put(&declaring, cli_folder(all.source[i].path), 1);
    *out = JN_NEW_ARRAY(arena, struct cli_workspace, declaring.n + 1);
    if (declaring.n > 1) {
        cli_group(&declaring, &all, arena, *out, n);
    } else {
        **out = (struct cli_workspace){.name = path[0], .source = all.source, .n_source = all.n_source};
        *n = 1;
    }
    jn_map_release(&declaring);
    return JN_OK;
}

#define CLI_HOME_DEPTH 16 /* folders looked at above a file */

/* Whether a file right in the folder declares a workspace. */
static bool cli_folder_declares(struct jn_str folder, struct jn_arena *arena) {
    DIR *dir = opendir(jn_arena_str(arena, folder).p);
    bool found = false;
    if (dir == NULL) return false;
    for (const struct dirent *entry; !found && (entry = readdir(dir)) != NULL;) {
        struct jn_err unheard;
        struct jn_buf text;
        struct jn_str name = jn_str_z(entry->d_name);
        if (name.n == 0 || name.p[0] == '.' || !jn_str_ends(name, JN_STR(".journey"))) continue;
        if (cli_read_file(jn_arena_printf(arena, "%.*s/%.*s", JN_FMT(folder), JN_FMT(name)).p, JC_WORKSPACE_FILE_BYTES,
                          &text, &unheard) == JN_OK)
            found = cli_declares_workspace(jn_buf_view(&text));
        jn_buf_release(&text);
    }
    closedir(dir);
    return found;
}

bool cli_home_of_file(const char *path, struct jn_arena *arena, struct jn_str *home) {
    struct stat st;
    if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return false;
    struct jn_str folder = *home = cli_folder(jn_str_z(path));
    for (unsigned depth = 0; depth < CLI_HOME_DEPTH && folder.n > 0; depth++) {
        if (cli_folder_declares(folder, arena)) {
            *home = folder;
            return true;
        }
        if (jn_str_is(folder, ".")) break;
        folder = cli_folder(folder);
    }
    return true;
}

jn_rc cli_compile_one(const char *path, struct jn_arena *arena, struct jc_result *result, struct jn_err *err) {
    char *paths[] = {(char *)(uintptr_t)path};
    struct cli_args args = {.path = paths, .n_path = 1};
    struct cli_workspace *workspace;
    uint32_t n;
    jn_rc rc = cli_find_workspaces(&args, arena, &workspace, &n, err);
    if (rc != JN_OK) return rc;
    if (n != 1)
        return jn_fail(err, JN_USAGE, "%s holds %u workspaces; name the folder of one, for example %.*s", path, n,
                       JN_FMT(workspace[0].name));
    return jc_compile(arena, workspace->source, workspace->n_source, result, err);
}

void cli_print_diagnostics(const struct jc_diags *diags) {
    struct jn_buf out;
    struct jn_err err;
    if (diags->first == NULL) return;
    jn_buf_init(&out, CLI_DIAGNOSTICS_MAX);
    jc_diags_print_text(diags, cli_colour(stderr), &out);
    if (cli_write(stderr, jn_buf_view(&out), &err) != JN_OK) cli_failed(&err);
    jn_buf_release(&out);
}

jn_rc cli_compile_image(const char *path, struct jn_buf *image, int *status, struct jn_err *err) {
    struct jn_arena arena;
    struct jc_result result = {0};
    jn_arena_init(&arena);
    jn_rc rc = cli_compile_one(path, &arena, &result, err);
    if (rc == JN_OK) {
        cli_print_diagnostics(result.diags);
        *status = result.program == NULL;
        image->max = JN_IMAGE_MAX;
        if (result.program != NULL) rc = jn_image_encode(result.program, image, err);
    }
    jn_arena_release(&arena);
    return rc;
}
