/* fsck: whether a store is sound. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/json.h"
#include "journey/runtime.h"
#include "journey/store.h"

#define FSCK_SHOWN 1000 /* findings that are printed; all are counted */

struct fsck {
    bool json;
    uint32_t shown;
    struct jn_buf out;
};

static void fsck_json(struct fsck *fsck, const struct jr_finding *finding) {
    struct jn_json_out w;
    jn_jw_init(&w, &fsck->out);
    jn_jw_object(&w);
    jn_jw_key(&w, "finding");
    jn_jw_z(&w, jr_finding_word(finding->kind));
    jn_jw_key(&w, "number");
    jn_jw_int(&w, (int64_t)finding->number);
    jn_jw_key(&w, "customer");
    jn_jw_str(&w, finding->customer);
    jn_jw_key(&w, "detail");
    jn_jw_str(&w, finding->detail);
    jn_jw_end_object(&w);
    jn_buf_char(&fsck->out, '\n');
}

static void fsck_text(struct fsck *fsck, const struct jr_finding *finding) {
    jn_buf_printf(&fsck->out, "%s: %s", jr_finding_word(finding->kind), jr_finding_text(finding->kind));
    if (finding->number != 0) jn_buf_printf(&fsck->out, " (number %llu)", (unsigned long long)finding->number);
    if (finding->customer.n > 0) {
        struct jn_json_out w; /* quoted, so that no id moves the terminal's cursor */
        jn_buf_z(&fsck->out, ", customer ");
        jn_jw_init(&w, &fsck->out);
        jn_jw_str(&w, finding->customer);
    }
    if (finding->detail.n > 0) jn_buf_printf(&fsck->out, ": %.*s", JN_FMT(finding->detail));
    jn_buf_printf(&fsck->out, "\n  %s\n", jr_finding_advice(finding->kind));
}

static void fsck_found(void *user, const struct jr_finding *finding) {
    struct fsck *fsck = user;
    if (fsck->shown++ >= FSCK_SHOWN) return;
    if (fsck->json)
        fsck_json(fsck, finding);
    else
        fsck_text(fsck, finding);
}

static void fsck_sum(struct fsck *fsck, const char *folder, const struct jr_examined *e, struct jr_store_facts facts) {
    const struct {
        const char *key;
        uint64_t value;
    } FIGURE[] = {{"programs", e->programs},
                  {"customers", e->customers},
                  {"runs", e->runs},
                  {"timers", e->timers},
                  {"deliveries", e->deliveries},
                  {"findings", e->findings},
                  {"generation", facts.generation},
                  {"bytes", facts.bytes},
                  {"log_bytes", facts.log_bytes},
                  {"stray_bytes", facts.stray_bytes}};
    struct jn_json_out w;
    if (!fsck->json) {
        if (e->findings > FSCK_SHOWN)
            jn_buf_printf(&fsck->out, "… and %llu more\n", (unsigned long long)(e->findings - FSCK_SHOWN));
        jn_buf_printf(&fsck->out, "%s: %s", folder, e->findings == 0 ? "sound" : "not sound");
        for (size_t i = 0; i < sizeof(FIGURE) / sizeof(*FIGURE); i++)
            jn_buf_printf(&fsck->out, "%s%llu %s", i == 0 ? "; " : ", ", (unsigned long long)FIGURE[i].value,
                          FIGURE[i].key);
        jn_buf_printf(&fsck->out, "; sealed: %s\n", jr_store_sealed_word(facts.sealed));
        if (facts.stray_bytes > 0)
            jn_buf_printf(&fsck->out,
                          "warning: %llu bytes stand behind the database's last page\n"
                          "  harmless: none of them is read, and they are written over in time; find out who wrote to "
                          "the file\n",
                          (unsigned long long)facts.stray_bytes);
        return;
    }
    jn_jw_init(&w, &fsck->out);
    jn_jw_object(&w);
    jn_jw_key(&w, "sound");
    jn_jw_bool(&w, e->findings == 0);
    for (size_t i = 0; i < sizeof(FIGURE) / sizeof(*FIGURE); i++) {
        jn_jw_key(&w, FIGURE[i].key);
        jn_jw_int(&w, (int64_t)FIGURE[i].value);
    }
    jn_jw_key(&w, "sealed");
    jn_jw_z(&w, jr_store_sealed_word(facts.sealed));
    jn_jw_end_object(&w);
    jn_buf_char(&fsck->out, '\n');
}

static jn_rc fsck_examine(struct fsck *fsck, const char *folder, struct jr_examined *examined, struct jn_err *err) {
    struct jr_engine_options options = {.lane = 0};
    struct jr_store *store = NULL;
    struct jr_engine *engine = NULL;
    struct jn_buf url;
    jn_buf_init(&url, 8192);
    jn_buf_printf(&url, "sqlite:%s", folder);
    jn_rc rc = jr_store_look(jn_buf_view(&url), &store, err);
    jn_buf_release(&url);
    if (rc != JN_OK) return rc;
    rc = store->ops->check(store, err);
    if (rc == JN_OK) rc = jr_engine_open(store, &options, &engine, err);
    if (rc == JN_OK) rc = jr_engine_examine(engine, fsck_found, fsck, examined, err);
    if (rc == JN_OK) fsck_sum(fsck, folder, examined, store->ops->facts(store));
    if (engine != NULL) jr_engine_close(engine);
    store->ops->close(store);
    return rc;
}

int cli_cmd_fsck(const struct cli_args *args) {
    struct fsck fsck = {0};
    struct jr_examined examined = {0};
    struct jn_err err;
    int format = 0;
    jn_buf_init(&fsck.out, 16u << 20);
    jn_rc rc = cli_args_choice(args, CLI_OPT_FSCK_FORMAT, &format, &err);
    fsck.json = format == 1;
    if (rc == JN_OK && args->n_path != 1) rc = jn_fail(&err, JN_USAGE, "name the store's folder: `journey fsck DIR`");
    if (rc == JN_OK) rc = fsck_examine(&fsck, args->path[0], &examined, &err);
    (void)cli_write(stdout, jn_buf_view(&fsck.out), NULL);
    jn_buf_release(&fsck.out);
    if (rc != JN_OK) return cli_failed(&err);
    return examined.findings == 0 ? 0 : 1;
}
