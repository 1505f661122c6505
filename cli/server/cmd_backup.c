/* backup and restore: copies of a store, and stores of copies. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/server/admin.h"
#include "cli/terminal.h"
#include "journey/runtime.h"
#include "journey/store.h"

/* The server's folder is another one than ours. */
static jn_rc backup_whole_path(struct admin *a, struct jn_str *out) {
    if (a->args->n_path != 1) return jn_fail(&a->err, JN_USAGE, "name one new file: `journey backup FILE`");
    *out = jn_str_z(a->args->path[0]);
    if (out->n > 0 && out->p[0] == '/') return JN_OK;
    char *here = getcwd(NULL, 0);
    if (here == NULL) return jn_fail(&a->err, JN_IO, "cannot tell the current folder; write the whole path");
    *out = jn_arena_printf(&a->arena, "%s/%.*s", here, JN_FMT(*out));
    free(here);
    return JN_OK;
}

static void backup_tell(struct admin *a, const struct jn_json *copy) {
    if (a->json) {
        admin_json(a, copy);
        return;
    }
    jn_buf_printf(
        &a->out, "%.*s: %lld customers, %lld runs, %lld messages pending or dead; %lld bytes, checked\n",
        JN_FMT(jn_json_text(jn_json_get(copy, "file"))), (long long)jn_json_int(jn_json_get(copy, "customers")),
        (long long)jn_json_int(jn_json_get(copy, "runs")), (long long)jn_json_int(jn_json_get(copy, "deliveries")),
        (long long)jn_json_int(jn_json_get(copy, "bytes")));
}

int cli_cmd_backup(const struct cli_args *args) {
    struct admin a;
    struct jn_str file;
    struct jn_buf body;
    struct jn_json_out w;
    struct jn_json *answer = NULL;
    jn_buf_init(&body, 8192);
    jn_rc rc = admin_begin(&a, args, CLI_OPT_BACKUP_FORMAT);
    if (rc == JN_OK) rc = backup_whole_path(&a, &file);
    if (rc == JN_OK) {
        jn_jw_init(&w, &body);
        jn_jw_object(&w);
        jn_jw_key(&w, "file");
        jn_jw_str(&w, file);
        jn_jw_end_object(&w);
        rc = admin_ask(&a, "POST", "/api/backup", jn_buf_view(&body), &answer);
    }
    if (rc == JN_OK) backup_tell(&a, answer);
    jn_json_free(answer);
    jn_buf_release(&body);
    return admin_end(&a, rc);
}

/* Who was erased after the copy was made is gone from it, and from what is counted. */
static jn_rc restore_recount(const char *url, struct jn_err *err) {
    struct jr_engine_options options = {.lane = 0};
    struct jr_store *store = NULL;
    struct jr_engine *engine = NULL;
    jn_rc rc = jr_store_open(jn_str_z(url), &store, err);
    if (rc != JN_OK) return rc;
    rc = jr_engine_open(store, &options, &engine, err);
    if (rc == JN_OK) rc = jr_engine_recount(engine, err);
    if (engine != NULL) jr_engine_close(engine);
    store->ops->close(store);
    return rc;
}

int cli_cmd_restore(const struct cli_args *args) {
    const char *store = args->value[CLI_OPT_RESTORE_STORE];
    struct jr_store_copy copy = {0};
    struct jn_err err;
    jn_rc rc = JN_OK;
    if (args->n_path != 1 || store == NULL)
        rc = jn_fail(&err, JN_USAGE, "write `journey restore FILE --store sqlite:DIR`");
    if (rc == JN_OK)
        rc = jr_store_restore(jn_str_z(store), args->path[0], args->value[CLI_OPT_RESTORE_KEYS], &copy, &err);
    if (rc == JN_OK && copy.erased > 0) rc = restore_recount(store, &err);
    if (rc != JN_OK) return cli_failed(&err);
    if (copy.erased > 0)
        printf("%llu customers who were erased after the copy was made are not in it any more\n",
               (unsigned long long)copy.erased);
    printf("%s: %llu customers, %llu runs, %llu messages pending or dead; start it with `journey serve --store %s`\n",
           store, (unsigned long long)copy.customers, (unsigned long long)copy.runs,
           (unsigned long long)copy.deliveries, store);
    return 0;
}
