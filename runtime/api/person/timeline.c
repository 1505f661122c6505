/* What happened to a customer, in the order of time, and what is to come: from all that is kept. */
#include <stdlib.h>

#include "runtime/api/person/held.h"

enum jr_timeline__kind {
    JR_TIMELINE__EVENT,
    JR_TIMELINE__SET_ASIDE,
    JR_TIMELINE__ENTERED,
    JR_TIMELINE__SENT,
    JR_TIMELINE__MESSAGE,
    JR_TIMELINE__DUE,
    JR_TIMELINE__KINDS
};

struct jr_timeline__item {
    int64_t at;
    enum jr_timeline__kind kind;
    uint32_t index; /* of its kind, as held */
};

struct jr_timeline {
    const struct jr_held *held;
    struct jr_timeline__item *item;
    uint32_t n;
};

static int jr_timeline__before(const void *a, const void *b) {
    const struct jr_timeline__item *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind) return (int)x->kind - (int)y->kind;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void jr_timeline__add(struct jr_timeline *t, int64_t at, enum jr_timeline__kind kind, uint32_t index) {
    t->item[t->n++] = (struct jr_timeline__item){at, kind, index};
}

/* A run tells of its entry itself; of those that are over only the last entry of each journey is known. */
static bool jr_timeline__is_told(const struct jr_held *held, const struct jr_held_entry *entry) {
    for (uint32_t i = 0; i < held->view.n_run; i++)
        if (held->view.run[i].entered == entry->at && jn_str_eq(held->view.run[i].journey, entry->journey)) return true;
    return false;
}

static void jr_timeline__collect(struct jr_timeline *t, int64_t now, struct jn_arena *arena) {
    const struct jr_held *held = t->held;
    size_t most = (size_t)held->n_event + held->n_quarantined + held->n_entry + 2 * (size_t)held->view.n_run +
                  held->n_sent + held->n_message;
    t->item = JN_NEW_ARRAY(arena, struct jr_timeline__item, most);
    for (uint32_t i = 0; i < held->n_event; i++)
        jr_timeline__add(t, held->event[i].at, JR_TIMELINE__EVENT, i);
    for (uint32_t i = 0; i < held->n_quarantined; i++)
        jr_timeline__add(t, held->quarantined[i].at, JR_TIMELINE__SET_ASIDE, i);
    for (uint32_t i = 0; i < held->view.n_run; i++) {
        const struct jr_run_view *run = &held->view.run[i];
        jr_timeline__add(t, run->entered, JR_TIMELINE__ENTERED, i);
        if (run->ended.n == 0 && run->due > 0 && run->due < INT64_MAX)
            jr_timeline__add(t, run->due, JR_TIMELINE__DUE, i);
    }
    for (uint32_t i = 0; i < held->n_entry; i++)
        if (!jr_timeline__is_told(held, &held->entry[i]))
            jr_timeline__add(t, held->entry[i].at, JR_TIMELINE__ENTERED, held->view.n_run + i);
    for (uint32_t i = 0; i < held->n_sent; i++)
        jr_timeline__add(t, held->sent[i].due, JR_TIMELINE__SENT, i);
    for (uint32_t i = 0; i < held->n_message; i++) {
        int64_t due = held->message[i].delivery.due;
        jr_timeline__add(t, due > 0 ? due : now, JR_TIMELINE__MESSAGE, i);
    }
    if (t->n > 0) qsort(t->item, t->n, sizeof *t->item, jr_timeline__before);
}

static void jr_timeline__texts(struct jn_json_out *w, const char *key, const struct jn_str *text, uint32_t n) {
    if (n == 0) return;
    jn_jw_key(w, key);
    jn_jw_array(w);
    for (uint32_t i = 0; i < n; i++)
        jn_jw_str(w, text[i]);
    jn_jw_end_array(w);
}

/* Whose splits they are is the run's version; who comes to one goes where he is drawn. */
static void jr_timeline__arms(struct jn_json_out *w, const struct jr_run_view *run) {
    if (run->n_arm == 0) return;
    jn_jw_key(w, "arms");
    jn_jw_array(w);
    for (uint32_t i = 0; i < run->n_arm; i++) {
        jn_jw_object(w);
        jr_reply__text(w, "split", run->arm[i].split);
        jr_reply__text(w, "arm", run->arm[i].arm);
        jr_reply__number(w, "drawn", run->arm[i].drawn);
        jr_reply__number(w, "below", run->arm[i].below);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void jr_timeline__entered(struct jn_json_out *w, const struct jr_held *held, uint32_t index) {
    bool live = index < held->view.n_run;
    const struct jr_run_view *run = live ? &held->view.run[index] : NULL;
    jr_reply__text(w, "journey", live ? run->journey : held->entry[index - held->view.n_run].journey);
    if (!live) return;
    jr_reply__number(w, "run", run->run);
    jr_reply__text(w, "version", run->version);
    if (run->trigger.n > 0) jr_reply__text(w, "trigger", run->trigger);
    jn_jw_key(w, "control");
    jn_jw_bool(w, run->control);
    jr_timeline__arms(w, run);
    jr_timeline__texts(w, "goals", run->goal, run->n_goal);
    if (run->ended.n > 0) jr_reply__text(w, "left", run->ended);
}

static void jr_timeline__due(struct jn_json_out *w, const struct jr_run_view *run) {
    jr_reply__text(w, "journey", run->journey);
    jr_reply__number(w, "run", run->run);
    jr_reply__text(w, "stage", run->stage);
    jr_reply__text(w, "step", run->step);
    jr_reply__text(w, "file", run->file);
    jr_reply__number(w, "line", run->line);
    jr_timeline__texts(w, "waits_for", run->awaits, run->n_awaits);
    if (run->held.n > 0) jr_reply__text(w, "why", run->held);
}

static void jr_timeline__item(struct jn_json_out *w, const struct jr_held *held, const struct jr_timeline__item *item) {
    static const char *const WORD[JR_TIMELINE__KINDS] = {
        [JR_TIMELINE__EVENT] = "event", [JR_TIMELINE__SET_ASIDE] = "quarantined", [JR_TIMELINE__ENTERED] = "entered",
        [JR_TIMELINE__SENT] = "sent",   [JR_TIMELINE__MESSAGE] = "message",       [JR_TIMELINE__DUE] = "waits until"};
    jn_jw_object(w);
    jr_reply__text(w, "kind", jn_str_z(WORD[item->kind]));
    bool own = item->kind == JR_TIMELINE__EVENT || item->kind == JR_TIMELINE__SET_ASIDE ||
               item->kind == JR_TIMELINE__SENT; /* these bring their time */
    if (!own) jr_reply__instant(w, "at", item->at);
    switch (item->kind) {
    case JR_TIMELINE__EVENT:
        jr_held__event(w, &held->event[item->index]);
        break;
    case JR_TIMELINE__SET_ASIDE:
        jr_held__set_aside(w, &held->quarantined[item->index]);
        break;
    case JR_TIMELINE__ENTERED:
        jr_timeline__entered(w, held, item->index);
        break;
    case JR_TIMELINE__SENT:
        jr_held__sent(w, &held->sent[item->index]);
        break;
    case JR_TIMELINE__MESSAGE:
        jr_held__message(w, &held->message[item->index]);
        break;
    case JR_TIMELINE__DUE:
        jr_timeline__due(w, &held->view.run[item->index]);
        break;
    case JR_TIMELINE__KINDS:
        break;
    }
    jn_jw_end_object(w);
}

static jn_rc jr_timeline__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_held held;
    struct jr_timeline timeline = {.held = &held};
    struct jn_json_out w;
    jn_rc rc = jr_held__read(job, lane, &held, err);
    if (rc != JN_OK) return rc;
    jr_timeline__collect(&timeline, lane->now, &job->arena);
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < timeline.n; i++)
        jr_timeline__item(&w, &held, &timeline.item[i]);
    jr_reply__end_page(&w, 0);
    return JN_OK;
}

void jr_api__timeline(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_timeline__work);
}
