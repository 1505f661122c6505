#include "cli/scenario/expect.h"

#include "core/value.h"

#define CLI_VALUE_MAX 4096

static uint32_t cli_count(struct cli_world *world, struct jn_str customer, struct jn_str message, uint32_t since) {
    uint32_t n = 0;
    for (const struct cli_accepted *a = world->accepted; a != NULL && a->number > since; a = a->next)
        n += cli_world_same(world, a->customer, customer) && (message.n == 0 || jn_str_eq(a->message, message));
    return n;
}

/* The names of what he got since, for the sentence. */
static struct jn_str cli_what_he_got(struct cli_world *world, struct jn_str customer, uint32_t since) {
    struct jn_buf list;
    jn_buf_init(&list, CLI_VALUE_MAX);
    for (const struct cli_accepted *a = world->accepted; a != NULL && a->number > since; a = a->next)
        if (cli_world_same(world, a->customer, customer))
            jn_buf_printf(&list, "%s%.*s", list.n > 0 ? ", " : "", JN_FMT(a->message));
    struct jn_str got = list.n > 0 ? jn_arena_str(world->arena, jn_buf_view(&list)) : JN_STR("nothing");
    jn_buf_release(&list);
    return got;
}

static void cli_expect_gets(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding) {
    uint32_t since = cli_world_person(world, scene->who)->since;
    uint32_t n = cli_count(world, scene->who, scene->name, since);
    if (scene->number == 0 ? n > 0 : n == scene->number) return;
    struct jn_str got = cli_what_he_got(world, scene->who, since);
    if (scene->number == 0)
        *finding = jn_arena_printf(world->arena, "%.*s did not get %.*s; got: %.*s", JN_FMT(scene->who),
                                   JN_FMT(scene->name), JN_FMT(got));
    else
        *finding = jn_arena_printf(world->arena, "%.*s got %.*s %u times, not %u; got: %.*s", JN_FMT(scene->who),
                                   JN_FMT(scene->name), n, scene->number, JN_FMT(got));
}

static void cli_expect_nothing(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding) {
    uint32_t since = cli_world_person(world, scene->who)->since;
    if (cli_count(world, scene->who, JN_STR_NONE, since) == 0) return;
    *finding = jn_arena_printf(world->arena, "%.*s got: %.*s", JN_FMT(scene->who),
                               JN_FMT(cli_what_he_got(world, scene->who, since)));
}

static void cli_expect_never(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding) {
    uint32_t n = cli_count(world, scene->who, scene->name, 0);
    if (n > 0)
        *finding = jn_arena_printf(world->arena, "%.*s got %.*s %u time%s", JN_FMT(scene->who), JN_FMT(scene->name), n,
                                   n == 1 ? "" : "s");
}

static const struct jr_trace *cli_last(struct cli_world *world, enum jr_trace_kind kind, struct jn_str customer,
                                       struct jn_str journey, struct jn_str name) {
    const struct jr_trace *last = NULL;
    for (const struct cli_happening *h = world->happening; h != NULL; h = h->next)
        if (h->trace.kind == kind && cli_world_same(world, h->trace.customer, customer) &&
            jn_str_eq(h->trace.journey, journey) && (name.n == 0 || jn_str_eq(h->trace.name, name)))
            last = &h->trace;
    return last;
}

static void cli_expect_left(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding) {
    const struct jr_trace *left = cli_last(world, JR_TRACE_LEFT, scene->who, scene->name2, JN_STR_NONE);
    if (left == NULL)
        *finding = jn_arena_printf(world->arena, "%.*s has not left %.*s", JN_FMT(scene->who), JN_FMT(scene->name2));
    else if (!jn_str_eq(left->name, scene->name))
        *finding = jn_arena_printf(world->arena, "%.*s left %.*s as %.*s", JN_FMT(scene->who), JN_FMT(scene->name2),
                                   JN_FMT(left->name));
}

static void cli_expect_reached(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding) {
    if (cli_last(world, JR_TRACE_GOAL, scene->who, scene->name2, scene->name) == NULL)
        *finding = jn_arena_printf(world->arena, "%.*s has not reached %.*s", JN_FMT(scene->who), JN_FMT(scene->name));
}

static void cli_expect_place(struct cli_world *world, const struct jn_scene *scene, const struct jr_customer_view *view,
                             struct jn_str *finding) {
    bool wanted = scene->kind == JN_SCENE_IN_STAGE;
    const struct jr_run_view *live = NULL;
    for (uint32_t i = 0; i < view->n_run; i++) {
        const struct jr_run_view *run = &view->run[i];
        if (run->ended.n > 0 || !jn_str_eq(run->journey, scene->name2)) continue;
        live = run;
        if (wanted && jn_str_eq(run->stage, scene->name)) return;
    }
    if (live != NULL)
        *finding = jn_arena_printf(world->arena, "%.*s is in stage %.*s of %.*s, at %.*s", JN_FMT(scene->who),
                                   JN_FMT(live->stage), JN_FMT(scene->name2), JN_FMT(live->step));
    else if (wanted)
        *finding = jn_arena_printf(world->arena, "%.*s is not in %.*s", JN_FMT(scene->who), JN_FMT(scene->name2));
}

static void cli_expect_tag(struct cli_world *world, const struct jn_scene *scene, const struct jr_customer_view *view,
                           struct jn_str *finding) {
    bool there = false;
    for (uint32_t i = 0; i < view->n_tag; i++)
        there = there || jn_str_eq(view->tag[i], scene->name);
    if (there == (scene->number == 0)) return;
    *finding = jn_arena_printf(world->arena, "%.*s %s tag \"%.*s\"", JN_FMT(scene->who),
                               there ? "has" : "does not have", JN_FMT(scene->name));
}

static void cli_expect_attr(struct cli_world *world, const struct jn_scene *scene, const struct jr_customer_view *view,
                            struct jn_str *finding) {
    struct jn_value value = JN_MISSING;
    for (uint32_t i = 0; i < view->n_attr; i++)
        if (jn_str_eq(view->attr_name[i], scene->name)) value = view->attr[i];
    if (jn_value_eq(value, scene->value)) return;
    struct jn_buf text;
    jn_buf_init(&text, CLI_VALUE_MAX);
    jn_value_print_source(value, &text);
    *finding = jn_arena_printf(world->arena, "customer.%.*s of %.*s is %.*s", JN_FMT(scene->name), JN_FMT(scene->who),
                               JN_FMT(jn_buf_view(&text)));
    jn_buf_release(&text);
}

jn_rc cli_expect(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding, struct jn_err *err) {
    struct jr_customer_view view = {0};
    jn_rc rc = jr_engine_customer_at(world->engine, scene->who, world->now, world->arena, &view, err);
    if (rc != JN_OK && rc != JN_NOT_FOUND) return rc;
    switch (scene->kind) {
    case JN_SCENE_GETS:
        cli_expect_gets(world, scene, finding);
        break;
    case JN_SCENE_GETS_NOTHING:
        cli_expect_nothing(world, scene, finding);
        break;
    case JN_SCENE_NEVER_GETS:
        cli_expect_never(world, scene, finding);
        break;
    case JN_SCENE_IN_STAGE:
    case JN_SCENE_NOT_IN:
        cli_expect_place(world, scene, &view, finding);
        break;
    case JN_SCENE_LEFT_AS:
        cli_expect_left(world, scene, finding);
        break;
    case JN_SCENE_HAS_TAG:
        cli_expect_tag(world, scene, &view, finding);
        break;
    case JN_SCENE_ATTR_IS:
        cli_expect_attr(world, scene, &view, finding);
        break;
    case JN_SCENE_REACHED:
        cli_expect_reached(world, scene, finding);
        break;
    case JN_SCENE_CUSTOMER:
    case JN_SCENE_AT:
    case JN_SCENE_AFTER:
    case JN_SCENE_SERVICE:
    case JN_SCENE_DECIDES:
    case JN_SCENE_DOES:
    case JN_SCENE_IS_NOW:
    case JN_SCENE_CHANNEL:
    case JN_SCENE_FORCE:
    case JN_SCENE_CONSENT:
    case JN_SCENE_SHARE:
    case JN_SCENES:
        return jn_fail(err, JN_INTERNAL, "line %u of a test expects nothing", scene->line);
    }
    return JN_OK;
}
