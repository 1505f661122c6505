#include "cli/report.h"

#include "cli/terminal.h"
#include "compiler/diag/show.h"
#include "core/utf8.h"

#define CLI_REPORT_MAX   (1u << 22)
#define CLI_REPORT_WIDTH 100 /* cells of a line in a file */

void cli_report_text(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out) {
    const struct jn_scenario *scenario = played->scenario;
    jn_buf_printf(out, "%s %.*s:%u %.*s\n", played->finding == NULL ? "ok  " : "FAIL", JN_FMT(scenario->file),
                  scenario->line, JN_FMT(scenario->title));
    if (played->finding == NULL) return;
    for (const struct cli_finding *finding = played->finding; finding != NULL; finding = finding->next)
        jn_buf_printf(out, "  %.*s:%u: %.*s\n", JN_FMT(scenario->scene[finding->scene].file),
                      scenario->scene[finding->scene].line, JN_FMT(finding->text));
    jn_buf_char(out, '\n');
    cli_timeline_print(program, played, cli_width(stdout), out);
    jn_buf_char(out, '\n');
}

void cli_report_json(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out) {
    const struct jn_scenario *scenario = played->scenario;
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "test");
    jn_jw_str(&w, scenario->title);
    jn_jw_key(&w, "file");
    jn_jw_str(&w, scenario->file);
    jn_jw_key(&w, "line");
    jn_jw_int(&w, scenario->line);
    jn_jw_key(&w, "passed");
    jn_jw_bool(&w, played->finding == NULL);
    jn_jw_key(&w, "findings");
    jn_jw_array(&w);
    for (const struct cli_finding *finding = played->finding; finding != NULL; finding = finding->next) {
        jn_jw_object(&w);
        jn_jw_key(&w, "line");
        jn_jw_int(&w, scenario->scene[finding->scene].line);
        jn_jw_key(&w, "expected");
        jn_jw_str(&w, scenario->scene[finding->scene].source);
        jn_jw_key(&w, "message");
        jn_jw_str(&w, finding->text);
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    if (played->finding != NULL) {
        jn_jw_key(&w, "timeline");
        cli_timeline_json(program, played, &w);
    }
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}

void cli_report_junit(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out) {
    const struct jn_scenario *scenario = played->scenario;
    jn_buf_z(out, "    <testcase classname=\"");
    jc_show_xml(scenario->file, out);
    jn_buf_z(out, "\" name=\"");
    jc_show_xml(scenario->title, out);
    jn_buf_z(out, "\"");
    if (played->finding == NULL) {
        jn_buf_z(out, "/>\n");
        return;
    }
    jn_buf_z(out, ">\n      <failure message=\"");
    jc_show_xml(played->finding->text, out);
    jn_buf_z(out, "\">");
    struct jn_buf timeline;
    jn_buf_init(&timeline, CLI_REPORT_MAX);
    cli_timeline_print(program, played, CLI_REPORT_WIDTH, &timeline);
    jc_show_xml(jn_buf_view(&timeline), out);
    jn_buf_release(&timeline);
    jn_buf_z(out, "</failure>\n    </testcase>\n");
}
