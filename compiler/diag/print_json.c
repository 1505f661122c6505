/* Diagnostics for programs: one JSON object a line, the same facts as the text form. */
#include "compiler/diag/print.h"
#include "compiler/diag/show.h"
#include "core/json.h"

static void print_place(const struct jc_diags *diags, struct jc_span span, struct jn_json_out *w) {
    jn_jw_key(w, "file");
    jn_jw_str(w, jc_path_of(diags, span));
    jn_jw_key(w, "line");
    jn_jw_int(w, span.line);
    jn_jw_key(w, "column");
    jn_jw_int(w, span.column);
    jn_jw_key(w, "end_line");
    jn_jw_int(w, span.end_line);
    jn_jw_key(w, "end_column");
    jn_jw_int(w, span.end_column);
    jn_jw_key(w, "offset");
    jn_jw_int(w, span.offset);
    jn_jw_key(w, "end_offset");
    jn_jw_int(w, span.end);
    jn_jw_key(w, "utf16_column");
    jn_jw_int(w, jc_utf16_column(diags, span, span.offset));
    jn_jw_key(w, "end_utf16_column");
    jn_jw_int(w, jc_utf16_column(diags, span, span.end));
}

static void print_diag(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_json_out *w) {
    jn_jw_object(w);
    jn_jw_key(w, "code");
    jn_jw_z(w, jc_code_name(diag->code));
    jn_jw_key(w, "severity");
    jn_jw_z(w, jc_severity_word(diag->severity));
    jn_jw_key(w, "message");
    jn_jw_str(w, diag->message);
    print_place(diags, diag->span, w);
    jn_jw_key(w, "hint");
    jn_jw_str(w, diag->hint);
    if (diag->fix != NULL) {
        jn_jw_key(w, "fix");
        jn_jw_object(w);
        jn_jw_key(w, "text");
        jn_jw_str(w, diag->fix->text);
        jn_jw_key(w, "applicability");
        jn_jw_z(w, diag->fix->safe ? "safe" : "maybe");
        print_place(diags, diag->fix->span, w);
        jn_jw_end_object(w);
    }
    jn_jw_key(w, "related");
    jn_jw_array(w);
    for (const struct jc_related *r = diag->related; r != NULL; r = r->next) {
        jn_jw_object(w);
        jn_jw_key(w, "message");
        jn_jw_str(w, r->text);
        print_place(diags, r->span, w);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_end_object(w);
}

void jc_sheet_json(const struct jc_sheet *sheet, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = sheet};
    while (jc_shown_next(&shown)) {
        struct jn_json_out w;
        jn_jw_init(&w, out);
        print_diag(sheet->diags[shown.workspace], shown.diag, &w);
        jn_buf_char(out, '\n');
    }
}
