/* Each file has an arena of its own, dropped whole when its text changes; what is made of all files has another. */
#include "compiler/editor/editor.h"

#include <stdlib.h>

#include "compiler/lower/reading.h"
#include "core/check.h"

struct editor_file {
    struct jn_arena arena; /* of the text, its lines and what was read of it */
    struct jc_lines lines;
};

struct jc_editor {
    struct jn_arena paths;
    struct jc_source *source;   /* by path */
    struct jc_reading *reading; /* by source */
    struct editor_file *file;   /* by source */
    uint32_t n;
    size_t bytes;
    struct jn_arena arena; /* of the last check */
    struct jc_unit *unit;  /* NULL: not checked since the last update */
    struct jc_result result;
};

static jn_rc editor_too_large(struct jn_err *err, struct jn_str path) {
    return jn_fail(err, JN_TOO_LARGE, "%.*s: the files of a workspace have at most %d MiB together", JN_FMT(path),
                   JC_EDITOR_BYTES >> 20);
}

/* Reads the text into a new arena; the old one goes only when that has worked. */
static jn_rc editor_read(struct jc_editor *editor, uint32_t i, struct jn_str text, struct jn_err *err) {
    struct editor_file fresh = {0};
    struct jc_reading reading = {0};
    struct jn_str old = editor->source[i].text;
    jn_arena_init(&fresh.arena);
    editor->source[i].text = jn_arena_str(&fresh.arena, text);
    jn_rc rc = jc_reading_make(&fresh.arena, editor->source, editor->n, i, &reading, err);
    if (rc != JN_OK) {
        editor->source[i].text = old;
        jn_arena_release(&fresh.arena);
        return rc;
    }
    fresh.lines = jc_lines_find(&fresh.arena, editor->source[i].text);
    jn_arena_release(&editor->file[i].arena);
    editor->file[i] = fresh;
    editor->reading[i] = reading;
    editor->bytes = editor->bytes - old.n + text.n;
    return JN_OK;
}

static void editor_forget(struct jc_editor *editor) {
    if (editor->unit != NULL) jc_names_release(editor->unit);
    editor->unit = NULL;
    jn_arena_reset(&editor->arena);
}

/* Paths, and texts that are not read yet. */
static jn_rc editor_take(struct jc_editor *editor, const struct jc_source *source, struct jn_err *err) {
    jc_sources_sort(editor->source, editor->n);
    for (uint32_t i = 0; i < editor->n; i++) {
        struct jn_str path = editor->source[i].path;
        if (path.n == 0) return jn_fail(err, JN_INVALID, "a file has no path; give it the one that it is shown by");
        if (i > 0 && jn_str_eq(path, editor->source[i - 1].path))
            return jn_fail(err, JN_INVALID, "%.*s: the file is there twice; leave one out", JN_FMT(path));
        editor->source[i].path = jn_arena_str(&editor->paths, path);
    }
    size_t all = 0;
    for (uint32_t i = 0; i < editor->n; i++) {
        if (source[i].text.n > JC_EDITOR_BYTES - all) return editor_too_large(err, source[i].path);
        all += source[i].text.n;
    }
    return JN_OK;
}

jn_rc jc_editor_open(const struct jc_source *source, uint32_t n_source, struct jc_editor **out, struct jn_err *err) {
    *out = NULL;
    if (n_source > JC_EDITOR_FILES)
        return jn_fail(err, JN_TOO_LARGE, "a workspace has at most %d files", JC_EDITOR_FILES);
    struct jc_editor *editor = jn_alloc_zero(1, sizeof *editor);
    jn_arena_init(&editor->paths);
    jn_arena_init(&editor->arena);
    editor->n = n_source;
    editor->source = JN_NEW_ARRAY(&editor->paths, struct jc_source, n_source);
    editor->reading = JN_NEW_ARRAY(&editor->paths, struct jc_reading, n_source);
    editor->file = JN_NEW_ARRAY(&editor->paths, struct editor_file, n_source);
    if (n_source > 0) memcpy(editor->source, source, n_source * sizeof *source);
    jn_rc rc = editor_take(editor, source, err);
    for (uint32_t i = 0; rc == JN_OK && i < n_source; i++) {
        struct jn_str text = editor->source[i].text;
        editor->source[i].text = JN_STR_NONE;
        rc = editor_read(editor, i, text, err);
    }
    if (rc == JN_OK)
        *out = editor;
    else
        jc_editor_close(editor);
    return rc;
}

void jc_editor_close(struct jc_editor *editor) {
    if (editor == NULL) return;
    editor_forget(editor);
    for (uint32_t i = 0; i < editor->n; i++)
        jn_arena_release(&editor->file[i].arena);
    jn_arena_release(&editor->arena);
    jn_arena_release(&editor->paths);
    free(editor);
}

jn_rc jc_editor_find(const struct jc_editor *editor, struct jn_str path, uint32_t *file, struct jn_err *err) {
    for (uint32_t from = 0, to = editor->n; from < to;) {
        uint32_t at = from + (to - from) / 2;
        int order = jn_str_cmp(path, editor->source[at].path);
        if (order == 0) {
            *file = at;
            return JN_OK;
        }
        if (order < 0)
            to = at;
        else
            from = at + 1;
    }
    return jn_fail(err, JN_NOT_FOUND, "%.*s: the workspace has no such file", JN_FMT(jn_str_sub(path, 0, 256)));
}

jn_rc jc_editor_update(struct jc_editor *editor, uint32_t file, struct jn_str text, struct jn_err *err) {
    if (file >= editor->n) return jn_fail(err, JN_NOT_FOUND, "the workspace has no file %u", file);
    if (text.n > JC_EDITOR_BYTES - (editor->bytes - editor->source[file].text.n))
        return editor_too_large(err, editor->source[file].path);
    editor_forget(editor);
    editor->source[file].unread = JC_READ; /* whatever the folder held, its text is known now */
    return editor_read(editor, file, text, err);
}

const struct jc_result *jc_editor_check(struct jc_editor *editor) {
    if (editor->unit == NULL)
        editor->unit = jc_readings_check(&editor->arena, editor->source, editor->n, editor->reading, &editor->result);
    return &editor->result;
}

const struct jc_unit *jc_editor_names(struct jc_editor *editor) {
    jc_editor_check(editor);
    return editor->unit;
}

uint32_t jc_editor_files(const struct jc_editor *editor) {
    return editor->n;
}

const struct jc_source *jc_editor_source(const struct jc_editor *editor, uint32_t file) {
    JN_CHECK(file < editor->n);
    return &editor->source[file];
}

const struct jc_lines *jc_editor_lines(const struct jc_editor *editor, uint32_t file) {
    JN_CHECK(file < editor->n);
    return &editor->file[file].lines;
}

const struct jc_tree *jc_editor_tree(const struct jc_editor *editor, uint32_t file) {
    JN_CHECK(file < editor->n);
    return &editor->reading[file].tree;
}

const struct jc_diags *jc_editor_syntax(const struct jc_editor *editor, uint32_t file) {
    JN_CHECK(file < editor->n);
    return &editor->reading[file].found;
}
