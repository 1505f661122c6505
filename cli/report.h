/* Reports of `journey test`: for people, for programs, and for CI servers. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/scenario/play.h"
#include "core/json.h"

/* One line when it passed; findings and both timelines when it did not. */
void cli_report_text(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out);
/* One JSON object on a line: findings and both timelines. */
void cli_report_json(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out);
/* One <testcase>; the caller writes the <testsuite> around it. */
void cli_report_junit(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out);

#endif
