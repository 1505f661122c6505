/* SARIF 2.1.0: one run, with the rules that it reports. */
#include "compiler/diag/print.h"
#include "compiler/diag/show.h"
#include "core/json.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void put_z(struct jn_json_out *w, const char *key, const char *text) {
    jn_jw_key(w, key);
    jn_jw_z(w, text);
}

static void put_int(struct jn_json_out *w, const char *key, uint32_t n) {
    jn_jw_key(w, key);
    jn_jw_int(w, n);
}

static void put_text(struct jn_json_out *w, const char *key, struct jn_str text) {
    struct jn_buf shown;
    jn_buf_init(&shown, SIZE_MAX);
    for (size_t at = 0; at < text.n;) { /* line ends are the one control character that a message may hold */
        if (text.p[at] == '\n') {
            jn_buf_char(&shown, text.p[at++]);
        } else {
            jc_show_character(text, &at, &shown);
        }
    }
    jn_jw_key(w, key);
    jn_jw_object(w);
    jn_jw_key(w, "text");
    jn_jw_str(w, jn_buf_view(&shown));
    jn_jw_end_object(w);
    jn_buf_release(&shown);
}

/* A path below the folder one stands in is relative to it; bytes that no URI holds are escaped. */
static void put_uri(const struct jc_sheet *sheet, struct jn_str path, struct jn_json_out *w) {
    struct jn_buf uri;
    jn_buf_init(&uri, SIZE_MAX);
    if (sheet->here.n > 0 && jn_str_starts(path, sheet->here)) path = jn_str_sub(path, sheet->here.n, path.n);
    if (jn_str_starts(path, JN_STR("./"))) path = jn_str_sub(path, 2, path.n);
    if (jn_str_starts(path, JN_STR("/"))) jn_buf_z(&uri, "file://");
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-._~/", c) != NULL);
        if (plain)
            jn_buf_char(&uri, c);
        else
            jn_buf_printf(&uri, "%%%02X", (unsigned char)c);
    }
    jn_jw_key(w, "artifactLocation");
    jn_jw_object(w);
    jn_jw_key(w, "uri");
    jn_jw_str(w, jn_buf_view(&uri));
    if (!jn_str_starts(path, JN_STR("/"))) put_z(w, "uriBaseId", "%SRCROOT%");
    jn_jw_end_object(w);
    jn_buf_release(&uri);
}

static void put_region(const char *key, struct jc_span span, struct jn_json_out *w) {
    jn_jw_key(w, key);
    jn_jw_object(w);
    put_int(w, "startLine", span.line);
    put_int(w, "startColumn", span.column);
    put_int(w, "endLine", span.end_line);
    put_int(w, "endColumn", span.end_column);
    jn_jw_end_object(w);
}

static void put_place(const struct jc_sheet *sheet, const struct jc_diags *diags, struct jc_span span,
                      struct jn_json_out *w) {
    jn_jw_key(w, "physicalLocation");
    jn_jw_object(w);
    put_uri(sheet, jc_path_of(diags, span), w);
    put_region("region", span, w);
    jn_jw_end_object(w);
}

static void put_fix(const struct jc_sheet *sheet, const struct jc_diags *diags, const struct jc_diag *diag,
                    struct jn_json_out *w) {
    jn_jw_key(w, "fixes");
    jn_jw_array(w);
    jn_jw_object(w);
    put_text(w, "description", diag->hint);
    jn_jw_key(w, "artifactChanges");
    jn_jw_array(w);
    jn_jw_object(w);
    put_uri(sheet, jc_path_of(diags, diag->fix->span), w);
    jn_jw_key(w, "replacements");
    jn_jw_array(w);
    jn_jw_object(w);
    put_region("deletedRegion", diag->fix->span, w);
    put_text(w, "insertedContent", diag->fix->text);
    jn_jw_end_object(w);
    jn_jw_end_array(w);
    jn_jw_end_object(w);
    jn_jw_end_array(w);
    jn_jw_end_object(w);
    jn_jw_end_array(w);
}

static void put_related(const struct jc_sheet *sheet, const struct jc_diags *diags, const struct jc_diag *diag,
                        struct jn_json_out *w) {
    uint32_t id = 0;
    jn_jw_key(w, "relatedLocations");
    jn_jw_array(w);
    for (const struct jc_related *r = diag->related; r != NULL; r = r->next) {
        jn_jw_object(w);
        put_int(w, "id", ++id);
        put_place(sheet, diags, r->span, w);
        put_text(w, "message", r->text);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void put_result(const struct jc_sheet *sheet, const struct jc_diags *diags, const struct jc_diag *diag,
                       uint32_t rule, struct jn_json_out *w) {
    struct jn_buf text;
    jn_buf_init(&text, SIZE_MAX);
    jn_jw_object(w);
    put_z(w, "ruleId", jc_code_name(diag->code));
    put_int(w, "ruleIndex", rule);
    put_z(w, "level", jc_severity_word(diag->severity));
    jn_buf_str(&text, diag->message);
    if (diag->hint.n > 0) jn_buf_printf(&text, "\n%.*s", JN_FMT(diag->hint));
    put_text(w, "message", jn_buf_view(&text));
    jn_jw_key(w, "locations");
    jn_jw_array(w);
    jn_jw_object(w);
    put_place(sheet, diags, diag->span, w);
    jn_jw_end_object(w);
    jn_jw_end_array(w);
    if (diag->related != NULL) put_related(sheet, diags, diag, w);
    if (diag->fix != NULL) put_fix(sheet, diags, diag, w);
    jn_buf_reset(&text);
    jc_fingerprint(diags, diag, &text);
    jn_jw_key(w, "partialFingerprints");
    jn_jw_object(w);
    jn_jw_key(w, "journeyLine/v1");
    jn_jw_str(w, jn_buf_view(&text));
    jn_jw_end_object(w);
    jn_jw_end_object(w);
    jn_buf_release(&text);
}

static void put_rule(enum jc_code code, struct jn_json_out *w) {
    struct jn_buf page;
    jn_buf_init(&page, SIZE_MAX);
    jc_code_explain(code, &page);
    jn_jw_object(w);
    put_z(w, "id", jc_code_name(code));
    put_text(w, "shortDescription", jn_str_z(jc_code_title(code)));
    put_text(w, "help", jn_buf_view(&page));
    jn_jw_key(w, "defaultConfiguration");
    jn_jw_object(w);
    put_z(w, "level", jc_severity_word(jc_code_severity(code)));
    jn_jw_end_object(w);
    jn_jw_end_object(w);
    jn_buf_release(&page);
}

void jc_sheet_sarif(const struct jc_sheet *sheet, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = sheet}, again = {.sheet = sheet};
    uint32_t rule[JC_CODES] = {0}, n = 0;
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    put_z(&w, "$schema", SCHEMA);
    put_z(&w, "version", "2.1.0");
    jn_jw_key(&w, "runs");
    jn_jw_array(&w);
    jn_jw_object(&w);
    jn_jw_key(&w, "tool");
    jn_jw_object(&w);
    jn_jw_key(&w, "driver");
    jn_jw_object(&w);
    put_z(&w, "name", "journey");
    put_z(&w, "semanticVersion", JOURNEY_VERSION);
    jn_jw_key(&w, "rules");
    jn_jw_array(&w);
    while (jc_shown_next(&shown)) {
        if (rule[shown.diag->code] != 0) continue;
        rule[shown.diag->code] = ++n;
        put_rule(shown.diag->code, &w);
    }
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    jn_jw_end_object(&w);
    put_z(&w, "columnKind", "unicodeCodePoints");
    jn_jw_key(&w, "results");
    jn_jw_array(&w);
    while (jc_shown_next(&again))
        put_result(sheet, sheet->diags[again.workspace], again.diag, rule[again.diag->code] - 1, &w);
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}
