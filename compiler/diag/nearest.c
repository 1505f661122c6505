/* Did you mean. */
#include "compiler/diag/diag.h"
#include "core/utf8.h"

struct jn_str jc_nearest(struct jn_str wanted, const struct jn_str *candidate, uint32_t n) {
    size_t length = jn_utf8_length(wanted);
    unsigned limit = length < 3 ? 1 : length < 6 ? (unsigned)(length + 2) / 4 : 2;
    unsigned best = limit + 1;
    struct jn_str found = JN_STR_NONE;
    for (uint32_t i = 0; i < n; i++) {
        if (jn_str_eq(wanted, candidate[i])) continue;
        unsigned distance = jn_utf8_distance(wanted, candidate[i], limit);
        if (distance < best || (distance == best && found.p != NULL && jn_str_cmp(candidate[i], found) < 0)) {
            best = distance;
            found = candidate[i];
        }
    }
    return best <= limit ? found : JN_STR_NONE;
}
