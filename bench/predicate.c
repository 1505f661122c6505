/* What one condition costs that reads two attributes and a property: evaluated again and again over a thousand
 * customers, beside the same by the C compiler. Prints one JSON object of nanoseconds of the processor for one, the
 * best of the rounds each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compiler/diag/diag.h"
#include "core/check.h"
#include "core/value.h"
#include "journey/compile.h"
#include "runtime/vm/vm.h"

#define CUSTOMERS 1000 /* some pass all three, some fail at each */
#define TURNS     1000 /* over all of them, of one round */

static const char SOURCE[] = "customer\n  age number\n  country text\nend\n"
                             "event purchase\n  total number\nend\n"
                             "channel post\n  webhook \"https://example.com/\"\n  to customer.id\nend\n"
                             "message hello on post\n  body \"Hello.\"\nend\n"
                             "journey greet\n"
                             "  enter when purchase where customer.age >= 18 and purchase.total > 100 and "
                             "customer.country is \"CN\"\n"
                             "  re-enter always\n"
                             "  stage start\n    send hello\n  end\nend\n";

struct customer {
    struct jn_value attr[2], prop[1]; /* as declared */
    double age, total;
    const char *country;
};

static struct customer customer[CUSTOMERS];

static void fill(void) {
    static const char *const COUNTRY[] = {"CN", "DE", "FR"};
    for (unsigned i = 0; i < CUSTOMERS; i++) {
        struct customer *c = &customer[i];
        *c = (struct customer){.age = 10 + i % 60, .total = 50 + i % 200, .country = COUNTRY[i % 3]};
        c->attr[0] = jn_value_int((int64_t)c->age);
        c->attr[1] = jn_value_text(jn_str_z(c->country));
        c->prop[0] = jn_value_int((int64_t)c->total);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void best(double *figure, double from) {
    double taken = (now() - from) / CUSTOMERS / TURNS;
    if (*figure == 0 || taken < *figure) *figure = taken;
}

static unsigned evaluate(const struct jn_program *program) {
    struct jr_event_view event = {.event = program->journey[0].event};
    struct jr_context context = {.program = program, .events = &event};
    uint32_t where = program->journey[0].where;
    unsigned passed = 0;
    for (unsigned turn = 0; turn < TURNS; turn++)
        for (unsigned i = 0; i < CUSTOMERS; i++) {
            context.attr = customer[i].attr;
            event.prop = customer[i].prop;
            passed += jr_vm_holds(&context, where);
        }
    return passed;
}

__attribute__((noinline)) static bool holds(const volatile struct customer *c) {
    const char *country = c->country;
    return c->age >= 18 && c->total > 100 && strcmp(country, "CN") == 0;
}

static unsigned compiled(void) {
    unsigned passed = 0;
    for (unsigned turn = 0; turn < TURNS; turn++)
        for (unsigned i = 0; i < CUSTOMERS; i++)
            passed += holds(&customer[i]);
    return passed;
}

int main(int argc, char **argv) {
    struct jc_source source = {.path = JN_STR("main.journey"), .text = jn_str_z(SOURCE)};
    struct jc_result result;
    struct jn_arena arena;
    double machine = 0, c = 0;
    if (argc != 2) return fputs("usage: bench_predicate ROUNDS\n", stderr), 64;
    jn_arena_init(&arena);
    JN_CHECK(jc_compile(&arena, &source, 1, &result, NULL) == JN_OK && result.program != NULL);
    fill();
    for (unsigned long round = strtoul(argv[1], NULL, 10); round > 0; round--) {
        double from = now();
        unsigned passed = evaluate(result.program);
        best(&machine, from);
        from = now();
        JN_CHECK(compiled() == passed && passed > 0);
        best(&c, from);
    }
    printf("{\"ns\": %.1f, \"c_ns\": %.1f}\n", machine, c);
    jn_arena_release(&arena);
    return 0;
}
