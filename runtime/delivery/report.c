#include "runtime/delivery/pump.h"

size_t jr_report_room(const struct jr_report *report) {
    return report->reason.n + report->answer.n + report->breaker.receiver.n + 1;
}

static struct jn_str jr_report__put(struct jn_str text, char **to) {
    struct jn_str copy = {*to, text.n};
    if (text.n > 0) memcpy(*to, text.p, text.n);
    *to += text.n;
    return copy;
}

struct jr_input jr_report_input(const struct jr_report *report, char *text) {
    struct jr_input input = {.kind = JR_INPUT_RESULT,
                             .delivery = report->delivery,
                             .result = report->result,
                             .retry_at = report->retry_at,
                             .status = report->status,
                             .breaker = report->breaker};
    input.reason = jr_report__put(report->reason, &text);
    input.answer = jr_report__put(report->answer, &text);
    input.breaker.receiver = jr_report__put(report->breaker.receiver, &text);
    return input;
}
