/* What rendering a small mail costs: parsed once, then rendered again and again; beside it the same text by snprintf.
 * Prints one JSON object of microseconds of the processor for one mail, the best of the rounds each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/check.h"
#include "core/value.h"
#include "liquid/liquid.h"

#define MAILS 10000 /* of one round */

static const char MAIL[] =
    "Hello {{ customer.first_name | default: 'friend' | capitalize }},\n\n"
    "good to have you. {% if customer.plan == 'pro' %}As a professional you have everything: sources, services, "
    "segments, and a support team that answers within an hour, also at the weekend.{% else %}Your trial goes on for "
    "two "
    "weeks, and everything is in it.{% endif %}\n\n"
    "Here is what others begin with:\n"
    "{% for page in pages %}- {{ page }}\n{% endfor %}\n"
    "Each takes a quarter of an hour, and what you write stays a draft until you deploy it: nobody gets a mail by "
    "accident.\n\n"
    "Just answer this mail when something is unclear; a person reads it.\n\n"
    "Best wishes, and a good start\nThe team\n";
static const char PLAIN[] = "Hello %s,\n\n"
                            "good to have you. As a professional you have everything: sources, services, segments, and "
                            "a support team that answers within an hour, also at the weekend.\n\n"
                            "Here is what others begin with:\n- %s\n- %s\n- %s\n\n"
                            "Each takes a quarter of an hour, and what you write stays a draft until you deploy it: "
                            "nobody gets a mail by accident.\n\n"
                            "Just answer this mail when something is unclear; a person reads it.\n\n"
                            "Best wishes, and a good start\nThe team\n";
static struct jn_liquid_value page[3];

static bool customer_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    (void)self, (void)arena;
    *out = jn_liquid_of(jn_value_text(jn_str_is(name, "plan") ? JN_STR("pro") : JN_STR("ann")));
    return true;
}

static const struct jn_liquid_object CUSTOMER = {.get = customer_get};

static bool variable(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    (void)user, (void)arena;
    if (jn_str_is(name, "customer"))
        *out = (struct jn_liquid_value){.kind = JN_LIQUID_OBJECT, .object = {&CUSTOMER, NULL}};
    else
        *out = (struct jn_liquid_value){.kind = JN_LIQUID_ARRAY, .array = {page, 3}};
    return true;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void best(double *figure, double from) {
    double taken = (now() - from) / MAILS;
    if (*figure == 0 || taken < *figure) *figure = taken;
}

/* As the engine renders: out of an arena that is emptied, into a buffer that is. */
static double render(const struct jn_liquid *liquid, struct jn_buf *out) {
    static const struct jn_liquid_context CONTEXT = {.get = variable, .strict = true, .escape = true};
    struct jn_arena arena;
    double from = now();
    jn_arena_init(&arena);
    for (unsigned i = 0; i < MAILS; i++) {
        jn_buf_reset(out);
        JN_CHECK(jn_liquid_render(liquid, &CONTEXT, &arena, out, NULL) == JN_OK);
        jn_arena_reset(&arena);
    }
    jn_arena_release(&arena);
    return from;
}

static double print(char *out, size_t size, const char *names[3]) {
    double from = now();
    for (unsigned i = 0; i < MAILS; i++)
        JN_CHECK(snprintf(out, size, PLAIN, "Ann", names[i % 3], names[1], names[2]) > 0);
    return from;
}

int main(int argc, char **argv) {
    const char *names[3] = {"a welcome in three mails", "a cart that was left", "a birthday"};
    struct jn_liquid_mistake mistake;
    struct jn_liquid *liquid;
    struct jn_arena arena;
    struct jn_buf out;
    char plain[1024];
    double parsed = 0, rendered = 0, printed = 0;
    if (argc != 2) return fputs("usage: bench_liquid ROUNDS\n", stderr), 64;
    for (int i = 0; i < 3; i++)
        page[i] = jn_liquid_text(jn_str_z(names[i]));
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    jn_arena_init(&arena);
    for (unsigned long round = strtoul(argv[1], NULL, 10); round > 0; round--) {
        double from = now();
        for (unsigned i = 0; i < MAILS; i++) {
            jn_arena_reset(&arena);
            JN_CHECK(jn_liquid_parse(jn_str_z(MAIL), &arena, &liquid, &mistake) == JN_OK);
        }
        best(&parsed, from);
        best(&rendered, render(liquid, &out));
        best(&printed, print(plain, sizeof(plain), names));
    }
    JN_CHECK(jn_str_is(jn_buf_view(&out),
                       (snprintf(plain, sizeof(plain), PLAIN, "Ann", names[0], names[1], names[2]), plain)));
    printf("{\"bytes\": %zu, \"parse_us\": %.3f, \"render_us\": %.3f, \"printf_us\": %.3f}\n", out.n, parsed, rendered,
           printed);
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return 0;
}
