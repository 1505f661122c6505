/* Diagnostics for programs: one JSON object a line, the same facts as the text form. */
#include "compiler/diag/diag.h"
#include "core/json.h"

static void print_place(const struct jc_diags *diags, struct jc_span span, struct jn_json_out *w) {
    jn_jw_key(w, "file");
    jn_jw_str(w, span.file < diags->n_source ? diags->source[span.file].path : JN_STR(""));
    jn_jw_key(w, "line");
    jn_jw_int(w, span.line);
    jn_jw_key(w, "column");
    jn_jw_int(w, span.column);
    jn_jw_key(w, "end_line");
    jn_jw_int(w, span.end_line);
    jn_jw_key(w, "end_column");
    jn_jw_int(w, span.end_column);
}

static void print_diag(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_json_out *w) {
    jn_jw_object(w);
    jn_jw_key(w, "code");
    jn_jw_z(w, jc_code_name(diag->code));
    jn_jw_key(w, "severity");
    jn_jw_z(w, jc_severity_word(jc_code_severity(diag->code)));
    jn_jw_key(w, "message");
    jn_jw_str(w, diag->message);
    print_place(diags, diag->span, w);
    if (diag->hint.n > 0) {
        jn_jw_key(w, "hint");
        jn_jw_str(w, diag->hint);
    }
    if (diag->has_fix) {
        jn_jw_key(w, "replace");
        jn_jw_str(w, diag->replace);
    }
    if (diag->related != NULL) {
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
    }
    jn_jw_end_object(w);
}

void jc_diags_print_json(const struct jc_diags *diags, struct jn_buf *out) {
    for (const struct jc_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        struct jn_json_out w;
        jn_jw_init(&w, out);
        print_diag(diags, diag, &w);
        jn_buf_char(out, '\n');
    }
}
