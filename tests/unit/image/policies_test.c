/* Policies as a plan shows them: each change of a program's says so in a line of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/value.h"
#include "gallery.h"
#include "image/image.h"

static void expect(const struct gallery *g, bool journey, const char *expected) {
    struct jn_buf out;
    jn_buf_init(&out, 4096);
    if (journey)
        jn_image_define_journey_policies(g->program, 0, &out);
    else
        jn_image_define_workspace(g->program, &out);
    if (!jn_str_is(jn_buf_view(&out), expected)) fail_msg("%.*s\nis not\n%s", JN_FMT(jn_buf_view(&out)), expected);
    jn_buf_release(&out);
}

static void of_the_workspace(void **state) {
    struct gallery g;
    (void)state;
    gallery_init(&g);
    struct jn_value cost = jn_value_money((struct jn_dec){5, 2}, 0), gram = jn_value_dec((struct jn_dec){25, 1});
    assert_true(jn_currency_pack(JN_STR("CNY"), &cost.currency));
    uint32_t money = jn_builder_value(g.b, cost), carbon = jn_builder_value(g.b, gram);
    uint32_t day = jn_builder_value(g.b, jn_value_duration(JN_UNIT_DAYS, 1));
    g.program = jn_builder_finish(g.b);
    expect(&g, false,
           "timezone UTC\nquiet hours 00:00:01 to 00:00:02, hold\ncap 1 per 1 day, skip\nkeep events 1 day\n"
           "topic news: opt out\nchannel mail: webhook https://x.example\nchannel mail: timeout 0 ms\n");
    struct jn_meta *meta = (struct jn_meta *)gallery_row(&g, IMAGE_meta, 0);
    struct jn_channel *channel = (struct jn_channel *)gallery_row(&g, IMAGE_channel, 0);
    meta->control = 1050;
    meta->keep_events = JN_NONE;
    ((struct jn_quiet *)gallery_row(&g, IMAGE_quiet, 0))->mode = JN_QUIET_DROP;
    ((struct jn_cap *)gallery_row(&g, IMAGE_cap, 0))->mode = JN_CAP_HOLD;
    ((struct jn_topic *)gallery_row(&g, IMAGE_topic, 0))->opt = JN_OPT_IN;
    *channel = (struct jn_channel){.name = channel->name,
                                   .kind = JN_CHANNEL_SMTP,
                                   .flags = JN_CHANNEL_ORDERED,
                                   .url = channel->url,
                                   .to = channel->to,
                                   .retry_max = 3,
                                   .retry_over = day,
                                   .timeout_ms = 500,
                                   .n_cap = 1,
                                   .rate = 10,
                                   .rate_ms = 1000,
                                   .cost = money,
                                   .carbon = carbon};
    expect(&g, false,
           "timezone UTC\nquiet hours 00:00:01 to 00:00:02, drop\ncap 1 per 1 day, hold\ncontrol group 10.5%\n"
           "topic news: opt in\nchannel mail: smtp https://x.example\nchannel mail: cap 1 per 1 day, hold\n"
           "channel mail: rate 10 per second\nchannel mail: ordered\nchannel mail: retry 3 times over 1 day\n"
           "channel mail: timeout 500 ms\nchannel mail: cost 0.05 CNY\nchannel mail: carbon 2.5\n");
    jn_arena_release(&g.arena);
}

static void of_a_journey(void **state) {
    struct gallery g;
    (void)state;
    gallery_init(&g);
    struct jn_journey *journey = (struct jn_journey *)gallery_row(&g, IMAGE_journey, 0);
    expect(&g, true, "topic news\n");
    journey->topic = JN_NONE;
    expect(&g, true, "");
    journey->n_quiet = journey->n_cap = 1;
    journey->control = 500;
    journey->left_out = 9000;
    journey->priority = 7;
    expect(&g, true,
           "quiet hours 00:00:01 to 00:00:02, hold\ncap 1 per 1 day, skip\ncontrol 5%\nrollout 10%\npriority 7\n");
    jn_arena_release(&g.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_workspace),
        cmocka_unit_test(of_a_journey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
