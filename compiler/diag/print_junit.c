/* JUnit: a test case for each diagnostic, and one that passes for each file without any. */
#include "compiler/diag/print.h"
#include "compiler/diag/show.h"

static void print_case(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    bool error = diag->severity == JC_ERROR;
    struct jn_buf text;
    jn_buf_init(&text, out->max);
    jn_buf_z(out, "    <testcase classname=\"");
    jc_show_xml(jc_path_of(diags, diag->span), out);
    jn_buf_printf(out, "\" name=\"%s %u:%u\" file=\"", jc_code_name(diag->code), diag->span.line, diag->span.column);
    jc_show_xml(jc_path_of(diags, diag->span), out);
    jn_buf_printf(out, "\" line=\"%u\">\n      ", diag->span.line);
    if (error) {
        jn_buf_printf(out, "<failure type=\"%s\" message=\"", jc_code_name(diag->code));
        jc_show_xml(diag->message, out);
        jn_buf_z(out, "\">");
    } else {
        jn_buf_z(out, "<system-out>");
    }
    jc_print_diag(diags, diag, false, &text);
    jc_show_xml(jn_buf_view(&text), out);
    jn_buf_printf(out, "</%s>\n    </testcase>\n", error ? "failure" : "system-out");
    jn_buf_release(&text);
}

static bool has_diag(const struct jc_diags *diags, uint32_t file) {
    for (const struct jc_diag *d = diags->first; d != NULL; d = d->next)
        if (d->span.file == file) return true;
    return false;
}

void jc_sheet_junit(const struct jc_sheet *sheet, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = sheet};
    struct jn_buf cases;
    uint32_t n = 0, n_failed = 0;
    jn_buf_init(&cases, out->max);
    while (jc_shown_next(&shown)) {
        print_case(sheet->diags[shown.workspace], shown.diag, &cases);
        n++;
        n_failed += shown.diag->severity == JC_ERROR;
    }
    for (uint32_t i = 0; i < sheet->n_diags; i++)
        for (uint32_t file = 0; file < sheet->diags[i]->n_source; file++) {
            if (has_diag(sheet->diags[i], file)) continue;
            jn_buf_z(&cases, "    <testcase classname=\"");
            jc_show_xml(sheet->diags[i]->source[file].path, &cases);
            jn_buf_z(&cases, "\" name=\"no mistakes\"/>\n");
            n++;
        }
    jn_buf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%u\" failures=\"%u\">\n"
                  "  <testsuite name=\"journey check\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n",
                  n, n_failed, n, n_failed);
    jn_buf_str(out, jn_buf_view(&cases));
    jn_buf_z(out, "  </testsuite>\n</testsuites>\n");
    jn_buf_release(&cases);
}
