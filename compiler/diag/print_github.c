/* Workflow commands: annotations on the lines of a pull request. A runner shows ten of each level, so errors come
 * first, and what is over the cap follows as plain lines. */
#include "compiler/diag/print.h"
#include "compiler/diag/show.h"

#define ANNOTATIONS 10 /* of one level, that a runner shows for a step */

/* As data of a command, or as one of its properties. */
static void escape(struct jn_str text, bool property, struct jn_buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%')
            jn_buf_z(out, "%25");
        else if (c == '\n')
            jn_buf_z(out, "%0A");
        else if (property && c == ':')
            jn_buf_z(out, "%3A");
        else if (property && c == ',')
            jn_buf_z(out, "%2C");
        else
            jn_buf_char(out, c);
    }
}

/* `##[` anywhere in a line is a command of older runners. */
static void defuse(struct jn_str text, struct jn_buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        jn_buf_char(out, text.p[i]);
        if (text.p[i] == '#' && i + 1 < text.n && text.p[i + 1] == '[') jn_buf_char(out, ' ');
    }
}

static void say_message(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    jc_show_text(diag->message, out);
    if (diag->hint.n > 0) {
        jn_buf_char(out, '\n');
        jc_show_text(diag->hint, out);
    }
    for (const struct jc_related *r = diag->related; r != NULL; r = r->next) {
        jn_buf_char(out, '\n');
        jc_show_path(jc_path_of(diags, r->span), out);
        jn_buf_printf(out, ":%u:%u: ", r->span.line, r->span.column);
        jc_show_text(r->text, out);
    }
}

static void print_command(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    static const char *const level[] = {[JC_ERROR] = "error", [JC_WARNING] = "warning", [JC_NOTE] = "notice"};
    struct jn_buf text;
    jn_buf_init(&text, out->max);
    jn_buf_printf(out, "::%s file=", level[diag->severity]);
    jc_show_text(jc_path_of(diags, diag->span), &text);
    escape(jn_buf_view(&text), true, out);
    jn_buf_printf(out, ",line=%u,endLine=%u", diag->span.line, diag->span.end_line);
    if (diag->span.line == diag->span.end_line) /* columns of several lines are not taken */
        jn_buf_printf(out, ",col=%u,endColumn=%u", diag->span.column, diag->span.end_column);
    jn_buf_printf(out, ",title=%s ", jc_code_name(diag->code));
    escape(jn_str_z(jc_code_title(diag->code)), true, out);
    jn_buf_z(out, "::");
    jn_buf_reset(&text);
    say_message(diags, diag, &text);
    escape(jn_buf_view(&text), false, out);
    jn_buf_char(out, '\n');
    jn_buf_release(&text);
}

static void print_plain(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    struct jn_buf text;
    jn_buf_init(&text, out->max);
    jc_show_path(jc_path_of(diags, diag->span), &text);
    jn_buf_printf(&text, ":%u:%u: %s[%s]: ", diag->span.line, diag->span.column, jc_severity_word(diag->severity),
                  jc_code_name(diag->code));
    jc_show_text(diag->message, &text);
    if (diag->hint.n > 0) {
        jn_buf_z(&text, "; ");
        jc_show_text(diag->hint, &text);
    }
    defuse(jn_buf_view(&text), out);
    jn_buf_char(out, '\n');
    jn_buf_release(&text);
}

static void print_level(const struct jc_sheet *sheet, enum jc_severity severity, bool commands, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = sheet};
    uint32_t n = 0;
    while (jc_shown_next(&shown)) {
        if (shown.diag->severity != severity) continue;
        bool annotated = ++n <= ANNOTATIONS;
        if (commands && annotated) print_command(sheet->diags[shown.workspace], shown.diag, out);
        if (!commands && !annotated) print_plain(sheet->diags[shown.workspace], shown.diag, out);
    }
}

void jc_sheet_github(const struct jc_sheet *sheet, struct jn_buf *out) {
    uint32_t n_error = jc_sheet_errors(sheet), n_warning = jc_sheet_warnings(sheet);
    for (int commands = 1; commands >= 0; commands--) {
        print_level(sheet, JC_ERROR, commands == 1, out);
        print_level(sheet, JC_WARNING, commands == 1, out);
        print_level(sheet, JC_NOTE, commands == 1, out);
    }
    jn_buf_printf(out, "%u error%s, %u warning%s\n", n_error, n_error == 1 ? "" : "s", n_warning,
                  n_warning == 1 ? "" : "s");
}
