/* May a message go, what becomes of it, and what a service answers. */
#include "core/check.h"
#include "core/hash.h"
#include "world.h"

/* ---- quiet hours and caps */

/* The end of the quiet hours that the instant lies in; the instant itself when it is not quiet. */
static int64_t quiet_until(const struct jc_node *quiet, int64_t at) {
    int64_t from = quiet->kid[0]->value.i, to = quiet->kid[1]->value.i, day = at / DAY_MS * DAY_MS;
    for (int64_t begins = day - DAY_MS + from; begins <= day + from; begins += DAY_MS) {
        int64_t ends = begins + (to - from + DAY_MS) % DAY_MS;
        if (at >= begins && at < ends) return ends;
    }
    return at;
}

/* The workspace's and the journey's lines of one kind, then (of caps) the channel's. */
struct lines {
    const struct jc_node *of[3];
};

static struct lines policies(const struct world *w, const struct run *run, enum jc_kind kind) {
    struct lines lines = {{NULL}};
    lines.of[0] = line_of(declared(w, JC_WORKSPACE, JN_STR("")), kind);
    lines.of[1] = line_of(run->journey, kind);
    if (kind == JC_CAP)
        lines.of[2] = line_of(declared(w, JC_CHANNEL, declared(w, JC_MESSAGE, run->message->text)->kid[0]->text), kind);
    return lines;
}

/* Releases are spread over ten minutes, or over what there is until the next quiet hours; who comes when follows from
 * the id. */
static int64_t spread(const struct lines *quiet, int64_t at) {
    int64_t room = HOUR_MS / 6;
    for (int i = 0; i < 2; i++)
        for (int day = 0; quiet->of[i] != NULL && day < 2; day++) {
            int64_t from = (at / DAY_MS + day) * DAY_MS + quiet->of[i]->kid[0]->value.i;
            if (from > at && from - at < room) room = from - at;
        }
    return at + (int64_t)(jn_hash64(JN_STR("ann")) % (uint64_t)room);
}

/* When quiet hours let it go: now, NEVER when they drop it. */
static int64_t quiet(const struct world *w, const struct run *run) {
    struct lines lines = policies(w, run, JC_QUIET);
    int64_t until = w->now;
    for (int i = 0; i < 2; i++)
        if (lines.of[i] != NULL && lines.of[i]->flags == JN_QUIET_DROP && quiet_until(lines.of[i], w->now) > w->now)
            return NEVER;
    for (int i = 0; i < 4; i++)
        if (lines.of[i % 2] != NULL && lines.of[i % 2]->flags == JN_QUIET_HOLD)
            until = quiet_until(lines.of[i % 2], until);
    return until > w->now ? spread(&lines, until) : until;
}

static bool counted(const struct world *w, const struct run *run, const struct post *post, int scope) {
    const struct jc_node *mine = declared(w, JC_MESSAGE, run->message->text);
    if (!post->counts) return false;
    return scope == 0 || (scope == 1 && post->journey == run->journey) ||
           (scope == 2 && jn_str_eq(post->message->kid[0]->text, mine->kid[0]->text));
}

/* When one more fits under the cap. */
static int64_t cap_free_at(const struct world *w, const struct run *run, const struct jc_node *cap, int scope) {
    int64_t limit = value_literal(cap->kid[0]).n / ONE, over = value_ms(cap->kid[1]);
    for (uint32_t i = w->n_post; i-- > 0;) /* the newest first */
        if (counted(w, run, &w->post[i], scope) && w->post[i].sent + over > w->now && --limit == 0)
            return w->post[i].sent + over;
    return w->now;
}

/* When caps let it go: now, NEVER when they skip it. */
static int64_t capped(const struct world *w, const struct run *run) {
    struct lines lines = policies(w, run, JC_CAP);
    int64_t until = w->now;
    for (int i = 0; i < 3; i++) {
        if (lines.of[i] == NULL) continue;
        int64_t at = cap_free_at(w, run, lines.of[i], i);
        if (at > w->now && (lines.of[i]->flags & 1) == JN_CAP_SKIP) return NEVER;
        if (at > until) until = at;
    }
    return until;
}

static bool is_capped(const struct world *w, const struct run *run) {
    struct lines lines = policies(w, run, JC_CAP);
    return lines.of[0] != NULL || lines.of[1] != NULL || lines.of[2] != NULL;
}

static int64_t priority(const struct jc_node *journey) {
    const struct jc_node *line = line_of(journey, JC_JY_PRIORITY);
    return line == NULL ? 0 : value_literal(line->kid[0]).n;
}

static bool is_outranked(const struct world *w, const struct run *run) {
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next)
        if (node->kind == JC_JOURNEY && priority(node) > priority(run->journey)) return true;
    return false;
}

/* ---- one message */

static bool consents(const struct world *w, const struct run *run) {
    const struct jc_node *about = declared(w, JC_MESSAGE, run->message->text)->kid[2];
    const struct jc_node *line = line_of(run->journey, JC_JY_TOPIC);
    if (about == NULL && line != NULL) about = line->kid[0];
    if (about == NULL) return true;
    int topic = jn_str_is(about->text, "promo");
    if (w->consent_said[topic]) return w->consent_in[topic];
    return declared(w, JC_TOPIC, about->text)->flags == JN_OPT_OUT;
}

static bool is_ghost(const struct world *w, const struct run *run) {
    bool group = line_of(declared(w, JC_WORKSPACE, JN_STR("")), JC_WS_CONTROL) != NULL;
    return w->chance->control && (group || line_of(run->journey, JC_JY_CONTROL) != NULL);
}

/* The field's text: that of the stage where there is one; {{ a }} is all that the generator's templates read. */
static bool write_body(const struct world *w, const struct run *run, const struct jc_node *node) {
    const struct jc_node *field = line_of(declared(w, JC_MESSAGE, run->message->text), JC_FIELD), *variant;
    struct value a = NOTHING;
    for (variant = declared(w, JC_MESSAGE, run->message->text)->first; variant != NULL; variant = variant->next)
        if (variant->kind == JC_VARIANT && jn_str_eq(variant->kid[0]->text, run->stage->text))
            field = line_of(variant, JC_FIELD);
    struct jn_str text = jn_value_str(field->kid[0]->value);
    for (const struct jc_node *with = node->first; with != NULL; with = with->next)
        a = judge(w, run, NULL, with->kid[0]);
    const char *open = memchr(text.p, '{', text.n);
    bool needed = open != NULL && memchr(text.p, '|', text.n) == NULL;
    if (needed && a.kind == MISSING) return false;
    struct jn_str before = {text.p, open == NULL ? text.n : (size_t)(open - text.p)};
    jn_buf_printf(w->content, "%.*s", JN_FMT(before));
    if (open != NULL && a.kind != MISSING) jn_buf_printf(w->content, "%lld", (long long)(a.n / ONE));
    if (open != NULL && a.kind == MISSING) jn_buf_z(w->content, "none");
    jn_buf_char(w->content, '\n');
    return true;
}

static uint32_t post(struct world *w, struct run *run, const struct jc_node *message, bool asks) {
    JN_CHECK(w->n_post < POSTED);
    uint32_t number = w->n_post++;
    struct fate fate = chance_fate(w->chance, number, asks);
    w->post[number] = (struct post){.run = (uint32_t)(run - w->run),
                                    .message = message,
                                    .journey = run->journey,
                                    .sent = w->now,
                                    .told = w->now + fate.after,
                                    .end = fate.end,
                                    .fate = fate,
                                    .asks = asks,
                                    .counts = !asks && is_capped(w, run)};
    return number;
}

/* Unless its end has come at this very instant. */
void cancel(struct world *w, uint32_t number) {
    if (w->post[number].told <= w->now) return;
    w->post[number].told = w->now + 1;
    w->post[number].end = FATE_CANCELLED;
}

static bool hold_back(struct world *w, struct run *run, const struct jc_node *node, int64_t until) {
    if (!run->held) {
        uint32_t last = 0;
        for (uint32_t i = 0; i < w->n_run; i++)
            if (w->run[i].live && w->run[i].held && w->run[i].place > last) last = w->run[i].place;
        run->place = last + 1;
        run->held_since = w->now;
    }
    hold(run, node, until);
    run->held = true;
    return false;
}

/* Whether it is decided; if so, what has become of the message. It may be that nobody knows yet: then run->awaits says
 * of which post. */
static bool decide(struct world *w, struct run *run, const struct jc_node *node, bool ordered, enum jn_outcome *out) {
    const struct jc_node *message = declared(w, JC_MESSAGE, run->message->text);
    bool ghost = is_ghost(w, run);
    *out = JN_OUTCOME_SENT;
    if (!consents(w, run)) *out = JN_OUTCOME_NO_CONSENT;
    if (*out == JN_OUTCOME_SENT && !ghost) {
        int64_t until = quiet(w, run);
        if (until == NEVER) *out = JN_OUTCOME_QUIET;
        if (until != NEVER && until > w->now) return hold_back(w, run, node, until);
    }
    if (*out == JN_OUTCOME_SENT && !ghost && is_capped(w, run)) {
        if (!ordered && is_outranked(w, run)) return hold_back(w, run, node, w->now);
        int64_t until = capped(w, run);
        if (until == NEVER) *out = JN_OUTCOME_CAPPED;
        if (until != NEVER && until > w->now) return hold_back(w, run, node, until);
    }
    run->held = false;
    if (ghost || *out != JN_OUTCOME_SENT) {
        tell(w, run->journey, *out == JN_OUTCOME_SENT ? "ghost" : "skipped", message->text);
        return true;
    }
    const struct jc_node *to = line_of(declared(w, JC_CHANNEL, message->kid[0]->text), JC_CH_TO);
    if (to != NULL && judge(w, run, NULL, to->kid[0]).kind == MISSING) *out = JN_OUTCOME_UNREACHABLE;
    if (*out == JN_OUTCOME_SENT && !write_body(w, run, node)) *out = JN_OUTCOME_FAILED;
    tell(w, run->journey, *out == JN_OUTCOME_SENT ? "sent" : "unsent", message->text);
    if (*out == JN_OUTCOME_SENT) run->awaits = post(w, run, message, false);
    return true;
}

/* ---- a send */

static const struct jc_node *next_message(const struct jc_node *node, const struct jc_node *message) {
    if (message != node->kid[0]) return message->next;
    return node->kid[1] == NULL ? NULL : node->kid[1]->first;
}

static const struct jc_node *handler(const struct jc_node *node, enum jn_outcome outcome) {
    for (const struct jc_node *h = node->kid[2] == NULL ? NULL : node->kid[2]->first; h != NULL; h = h->next)
        if (h->flags == (uint32_t)outcome) return h;
    return NULL;
}

static bool is_awaited(const struct jc_node *node) {
    return node->kid[1] != NULL || handler(node, JN_OUTCOME_FAILED) != NULL || handler(node, JN_OUTCOME_CAPPED) != NULL;
}

/* The message that the run is at was not sent: the next is tried, or the last one's outcome is handled. */
static void send_next(struct world *w, struct run *run, const struct jc_node *node, enum jn_outcome outcome) {
    const struct jc_node *next = next_message(node, run->message);
    if (next != NULL) {
        send(w, run, node, next, false);
        return;
    }
    const struct jc_node *handled = handler(node, outcome);
    if (handled != NULL) push(w, run, handled->kid[1], NULL);
}

void send(struct world *w, struct run *run, const struct jc_node *node, const struct jc_node *message, bool ordered) {
    enum jn_outcome outcome;
    if (must_leave(w, run)) return;
    run->message = message;
    if (!decide(w, run, node, ordered, &outcome)) return;
    if (outcome != JN_OUTCOME_SENT)
        send_next(w, run, node, outcome);
    else if (run->awaits != NOBODY && is_awaited(node))
        hold(run, node, NEVER);
    if (run->hold == NULL) run->awaits = NOBODY;
}

/* ---- a question */

void ask(struct world *w, struct run *run, const struct jc_node *node) {
    if (must_leave(w, run)) return;
    hold(run, node, w->now + ASK_TIMEOUT_MS);
    run->awaits = post(w, run, declared(w, JC_SERVICE, node->kid[0]->text), true);
}

void unanswered(struct world *w, struct run *run) {
    const struct jc_node *service = declared(w, JC_SERVICE, run->hold->kid[0]->text);
    for (const struct jc_node *take = service->first; take != NULL; take = take->next) {
        if (take->kind != JC_SV_TAKE) continue;
        struct value preset = value_literal(line_of(take->first, JC_MOD_DEFAULT)->kid[0]);
        *(take->first->text.p[0] == 's' ? &run->score : &run->tier) = preset;
    }
    tell(w, run->journey, "defaulted", service->text);
}

static void answered(struct world *w, struct post *post) {
    struct run *run = &w->run[post->run];
    bool wanted = run->live && run->hold != NULL && run->awaits == (uint32_t)(post - w->post);
    if (!wanted) {
        if (post->end == FATE_ACCEPTED) tell(w, post->journey, "late", post->message->text);
        return;
    }
    if (post->end != FATE_ACCEPTED || post->fate.nonsense) {
        unanswered(w, run);
    } else {
        run->score = value_of(NUMBER, post->fate.score * ONE);
        run->tier = value_text(jn_str_z(post->fate.tier));
        tell(w, run->journey, "answered", post->message->text);
    }
    run->hold = NULL;
    run->awaits = NOBODY;
    move(w, run);
    settle(w);
}

/* ---- ends */

int64_t next_told(const struct world *w, uint32_t *number) {
    int64_t soonest = NEVER;
    for (uint32_t i = 0; i < w->n_post; i++)
        if (w->post[i].told < soonest) {
            soonest = w->post[i].told;
            *number = i;
        }
    return soonest;
}

/* One of those that a cap holds may have the slot. */
static void give_back(struct world *w, struct post *post) {
    if (!post->counts) return;
    post->counts = false;
    for (uint32_t i = 0; i < w->n_run; i++)
        if (w->run[i].live && w->run[i].held && w->run[i].due > w->now) w->run[i].due = w->now;
}

void told(struct world *w, uint32_t number) {
    struct post *post = &w->post[number];
    struct run *run = &w->run[post->run];
    post->told = NEVER;
    if (post->asks) {
        answered(w, post);
        return;
    }
    if (post->end != FATE_ACCEPTED) give_back(w, post);
    if (!run->live || run->hold == NULL || run->awaits != number) return;
    const struct jc_node *node = run->hold;
    run->hold = NULL;
    run->awaits = NOBODY;
    if (post->end == FATE_FAILED) send_next(w, run, node, JN_OUTCOME_FAILED);
    move(w, run);
    settle(w);
}
