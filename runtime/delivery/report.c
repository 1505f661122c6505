#include "runtime/delivery/pump.h"

struct jr_input jr_report_input(const struct jr_report *report, char *text) {
    char *answer = text + report->reason.n;
    if (report->reason.n > 0) memcpy(text, report->reason.p, report->reason.n);
    if (report->answer.n > 0) memcpy(answer, report->answer.p, report->answer.n);
    return (struct jr_input){.kind = JR_INPUT_RESULT,
                             .delivery = report->delivery,
                             .result = report->result,
                             .retry_at = report->retry_at,
                             .status = report->status,
                             .reason = {text, report->reason.n},
                             .answer = {answer, report->answer.n}};
}
