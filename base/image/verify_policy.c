/* The laws of a sound program, part four: quiet hours that end, caps that let something through, rates that are rates.
 */
#include "core/civil.h"
#include "image/image.h"
#include "image/layout.h"

jn_rc image_verify_policy(const struct jn_program *program, struct jn_err *err) {
    for (uint32_t i = 0; i < program->n_quiet; i++)
        if (program->value[program->quiet[i].from].i == program->value[program->quiet[i].to].i)
            return jn_fail(err, JN_INVALID, "quiet hours %u are none at all", i);
    for (uint32_t i = 0; i < program->n_cap; i++)
        if (program->cap[i].limit == 0 || program->cap[i].limit > JN_CAP_MAX ||
            program->value[program->cap[i].over].i <= 0)
            return jn_fail(err, JN_INVALID, "cap %u is no cap", i);
    for (uint32_t i = 0; i < program->n_channel; i++) {
        const struct jn_channel *channel = &program->channel[i];
        bool rated = channel->rate_ms == JN_MS_SECOND || channel->rate_ms == JN_MS_MINUTE;
        if ((channel->rate > 0) != rated || (channel->rate == 0 && channel->rate_ms != 0))
            return jn_fail(err, JN_INVALID, "channel %u has a rate of no time", i);
    }
    return JN_OK;
}
