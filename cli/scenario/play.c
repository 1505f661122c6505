#include "cli/scenario/play.h"

#include "cli/scenario/expect.h"
#include "cli/scenario/world.h"
#include "core/civil.h"
#include "core/json.h"
#include "core/value.h"

#define CLI_EVENT_MAX (1u << 20)

/* The first time a test names; without one, a plain winter midnight. */
static int64_t cli_start(const struct jn_program *program, const struct jn_scenario *scenario) {
    const struct jn_zone *zone;
    for (uint32_t i = 0; i < scenario->n_scene; i++)
        if (scenario->scene[i].kind == JN_SCENE_AT) return scenario->scene[i].value.i;
    if (jn_zone_find(jn_program_str(program, program->meta[0].timezone), &zone, NULL) != JN_OK) zone = jn_zone_utc();
    return jn_zone_instant(zone, jn_days_from_civil(2026, 1, 1), 0);
}

static void cli_given_text(const struct jn_scene *scene, struct jn_buf *text) {
    struct jn_json_out w;
    jn_jw_init(&w, text);
    jn_jw_object(&w);
    for (uint32_t i = 0; i < scene->n_given; i++) {
        jn_jw_key_str(&w, scene->given[i].name);
        jn_value_to_json(scene->given[i].value, &w);
    }
    if (scene->kind == JN_SCENE_DOES && scene->name2.n > 0) {
        jn_jw_key(&w, "message");
        jn_jw_str(&w, scene->name2);
    }
    jn_jw_end_object(&w);
}

static jn_rc cli_given_json(const struct jn_scene *scene, struct jn_json **out, struct jn_err *err) {
    struct jn_buf text;
    jn_buf_init(&text, CLI_EVENT_MAX);
    cli_given_text(scene, &text);
    jn_rc rc = text.failed ? jn_fail(err, JN_TOO_LARGE, "the event of line %u is too large", scene->line)
                           : jn_json_parse(jn_buf_view(&text), out, err);
    jn_buf_release(&text);
    return rc;
}

static void cli_play_service(struct cli_world *world, const struct jn_scene *scene) {
    struct cli_answering *answering = JN_NEW(world->arena, struct cli_answering);
    struct jn_buf text;
    *answering = (struct cli_answering){.service = scene->name, .next = world->answering};
    world->answering = answering;
    if (scene->number != 0) return;
    jn_buf_init(&text, CLI_EVENT_MAX);
    cli_given_text(scene, &text);
    answering->answer = jn_arena_str(world->arena, jn_buf_view(&text));
    jn_buf_release(&text);
}

static jn_rc cli_play_person(struct cli_world *world, const struct jn_scene *scene, struct jn_err *err) {
    struct jn_json *given;
    jn_rc rc = cli_given_json(scene, &given, err);
    if (rc != JN_OK) return rc;
    struct jr_input input = {.kind = JR_INPUT_IDENTIFY,
                             .received = world->now,
                             .source = JN_STR("test"),
                             .customer = scene->who,
                             .traits = given};
    if (scene->kind == JN_SCENE_DOES) {
        cli_world_person(world, scene->who)->since = world->n_accepted;
        input.kind = JR_INPUT_EVENT;
        input.event = scene->name;
        input.happened = world->now;
        input.properties = given;
        input.traits = NULL;
    }
    rc = cli_world_take(world, &input, err);
    jn_json_free(given);
    return rc;
}

static jn_rc cli_play_clock(struct cli_world *world, const struct jn_scene *scene, struct jn_err *err) {
    int64_t to = scene->kind == JN_SCENE_AT ? scene->value.i : jn_instant_add(world->zone, world->now, scene->value);
    jn_rc rc = JN_OK;
    if (to > world->now) rc = cli_world_settle(world, err);
    for (struct cli_person *person = world->person; person != NULL; person = person->next)
        person->since = world->n_accepted;
    return rc == JN_OK ? cli_world_advance(world, to, err) : rc;
}

static void cli_play_channel(struct cli_world *world, const struct jn_scene *scene) {
    struct cli_receiver *receiver = JN_NEW(world->arena, struct cli_receiver);
    *receiver = (struct cli_receiver){
        .channel = scene->name, .status = scene->number, .times = scene->times, .next = world->receiver};
    world->receiver = receiver;
}

static void cli_play_force(struct cli_world *world, const struct jn_scene *scene) {
    struct cli_forced *forced = JN_NEW(world->arena, struct cli_forced);
    *forced = (struct cli_forced){.split = scene->name, .arm = scene->name2, .next = world->forced};
    world->forced = forced;
}

static void cli_play_share(struct cli_world *world, const struct jn_scene *scene) {
    bool out = (scene->number & 1) != 0;
    if ((scene->number & 2) != 0)
        world->out_of_rollout = out;
    else
        world->in_control = !out;
}

static jn_rc cli_play_consent(struct cli_world *world, const struct jn_scene *scene, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_CONSENT,
                             .received = world->now,
                             .source = JN_STR("test"),
                             .customer = scene->who,
                             .event = scene->name,
                             .in = scene->number == 0};
    return cli_world_take(world, &input, err);
}

/* Everybody for whom this is asked, or one customer; a decision that comes too late changes nothing. */
static jn_rc cli_play_decides(struct cli_world *world, const struct jn_scene *scene, struct jn_err *err) {
    struct jr_approval *approval;
    uint32_t n;
    uint64_t more;
    jn_rc rc = jr_engine_approvals(world->engine, 0, UINT32_MAX, world->arena, &approval, &n, &more, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        const struct jr_approval *open = &approval[i];
        if (!jn_str_eq(open->by, scene->who) || !jn_str_eq(open->text, scene->name)) continue;
        if (scene->name2.n > 0 && !cli_world_same(world, open->customer, scene->name2)) continue;
        struct jr_input input = {.kind = JR_INPUT_DECISION,
                                 .received = world->now,
                                 .source = JN_STR("test"),
                                 .other = open->id,
                                 .event = scene->who,
                                 .in = scene->number == 0};
        rc = cli_world_take(world, &input, err);
    }
    return rc;
}

static jn_rc cli_play_is_now(struct cli_world *world, const struct jn_scene *scene, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_ALIAS,
                             .received = world->now,
                             .source = JN_STR("test"),
                             .customer = scene->name,
                             .known = true,
                             .other = scene->who};
    cli_world_unite(world, scene->who, scene->name);
    return cli_world_take(world, &input, err);
}

static jn_rc cli_play_scene(struct cli_world *world, const struct jn_scene *scene, struct jn_str *finding,
                            struct jn_err *err) {
    switch (scene->kind) {
    case JN_SCENE_CUSTOMER:
    case JN_SCENE_DOES:
        return cli_play_person(world, scene, err);
    case JN_SCENE_AT:
    case JN_SCENE_AFTER:
        return cli_play_clock(world, scene, err);
    case JN_SCENE_IS_NOW:
        return cli_play_is_now(world, scene, err);
    case JN_SCENE_CHANNEL:
        cli_play_channel(world, scene);
        return JN_OK;
    case JN_SCENE_SERVICE:
        cli_play_service(world, scene);
        return JN_OK;
    case JN_SCENE_DECIDES:
        return cli_play_decides(world, scene, err);
    case JN_SCENE_CONSENT:
        return cli_play_consent(world, scene, err);
    case JN_SCENE_SHARE:
        cli_play_share(world, scene);
        return JN_OK;
    case JN_SCENE_FORCE:
        cli_play_force(world, scene);
        return JN_OK;
    case JN_SCENE_GETS:
    case JN_SCENE_GETS_NOTHING:
    case JN_SCENE_NEVER_GETS:
    case JN_SCENE_IN_STAGE:
    case JN_SCENE_LEFT_AS:
    case JN_SCENE_NOT_IN:
    case JN_SCENE_HAS_TAG:
    case JN_SCENE_ATTR_IS:
    case JN_SCENE_REACHED: {
        jn_rc rc = cli_world_settle(world, err);
        return rc == JN_OK ? cli_expect(world, scene, finding, err) : rc;
    }
    case JN_SCENES:
        break;
    }
    return jn_fail(err, JN_INTERNAL, "a test has a line of unknown kind");
}

jn_rc cli_play(const struct jn_program *program, struct jn_str image, const struct jn_scenario *scenario,
               struct jn_arena *arena, struct cli_played *out, struct jn_err *err) {
    struct cli_world world;
    *out = (struct cli_played){.scenario = scenario, .clock = JN_NEW_ARRAY(arena, int64_t, scenario->n_scene)};
    struct cli_finding **end = &out->finding;
    jn_rc rc = cli_world_open(&world, program, image, cli_start(program, scenario), arena, err);
    for (uint32_t i = 0; rc == JN_OK && i < scenario->n_scene; i++) {
        struct jn_str text = JN_STR_NONE;
        world.scene = i;
        rc = cli_play_scene(&world, &scenario->scene[i], &text, err);
        out->clock[i] = world.now;
        if (text.n == 0) continue;
        struct cli_finding *finding = JN_NEW(arena, struct cli_finding);
        *finding = (struct cli_finding){.scene = i, .text = text};
        *end = finding;
        end = &finding->next;
    }
    if (rc == JN_OK) rc = cli_world_settle(&world, err);
    out->happening = world.happening;
    cli_world_close(&world);
    return rc;
}
