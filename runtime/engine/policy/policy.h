/* May this message go now? Consent, control groups, quiet hours, caps (language semantics 6, 8, 12), and what they
 * keep. */
#ifndef RUNTIME_ENGINE_POLICY_POLICY_H
#define RUNTIME_ENGINE_POLICY_POLICY_H

#include "runtime/engine/turn.h"

#define POLICY_SPREAD_MS (10 * 60 * 1000) /* releases at the end of quiet hours are spread over so long at most */

enum policy_verdict {
    POLICY_SEND,       /* then turn_slot_take, in the same turn */
    POLICY_NO_CONSENT, /* it is not sent, and the run goes on */
    POLICY_GHOST,      /* the customer is in a control group: as if sent, but nothing leaves */
    POLICY_QUIET,      /* quiet hours that drop: not sent, and the run goes on */
    POLICY_CAPPED,     /* a cap that skips is full: the same */
    POLICY_HOLD        /* the run holds at its step until `until`; then all is asked again */
};

struct policy_answer {
    enum policy_verdict verdict;
    int64_t until;     /* HOLD; the present instant: others may win the last slot of a cap at it */
    struct jn_str why; /* for people; empty: SEND, or HOLD for this very instant */
};

/* In the order of semantics 8; exits and goals act by themselves, also while a run holds. */
struct policy_answer turn_policy(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                                 const struct jn_message *message);
/* Makes the run hold at the step it is at, keeping its place among those that hold. */
void turn_policy_hold(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                      const struct policy_answer *answer);
/* Tells and counts why a message is not sent; nothing for SEND and HOLD. */
void turn_policy_tell(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                      const struct jn_message *message, const struct policy_answer *answer);

/* Why the run is held back at this instant, for people; empty when it is not. Nothing changes. */
struct jn_str turn_policy_reason(struct turn *turn, struct engine_customer *customer, const struct engine_run *run);

/* ---- order of what is due at one instant (order.c) */
/* Whether the run holds because turn_policy said so. */
bool engine_is_held_back(const struct engine_run *run);
/* Whether a is due before b: earlier, then what is no message, then by priority, then by who came first. */
bool engine_fires_before(const struct engine_run *a, const struct engine_run *b);

/* ---- consent (consent.c) */
void turn_consent(struct turn *turn, struct engine_customer *customer, struct jn_str topic, bool in);
bool engine_consents(const struct engine_customer *customer, const struct jn_program *program, uint32_t topic);
/* What was said of the topic, or of everything ("" stands for topics that are not named); NULL: nothing. */
const struct engine_consent *engine_consent_said(const struct engine_customer *customer, struct jn_str topic);
/* Quietly; when there is no room for another topic, consent to every topic is taken back. */
void engine_consent_put(struct engine_customer *customer, struct jn_arena *arena, struct jn_str topic, bool in);
/* `unsubscribed` and `complained` take consent back. */
void turn_consent_receipt(struct turn *turn, struct engine_customer *customer, const struct jr_input *input);

/* The message's own topic, or its journey's; JN_NONE: none. */
uint32_t engine_topic(const struct engine_run *run, const struct jn_message *message);
/* Remembers what the message of this outbox row is about. */
void turn_consent_note(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                       const struct jn_message *message, uint64_t delivery);

/* ---- shares (share.c) */
/* A journey's name, or its old one when it is renamed: what is kept or drawn by it stays the same. */
struct jn_str engine_lasting_name(const struct jn_program *program, const struct jn_journey *journey);
bool turn_is_ghost(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run);
/* Tells and counts that somebody would have entered. */
void turn_leave_out(struct turn *turn, const struct engine_customer *customer, struct jn_str journey,
                    struct jn_str trigger);
bool turn_is_rolled_out(struct turn *turn, const struct engine_customer *customer, const struct jn_program *program,
                        const struct jn_journey *journey);

/* ---- quiet hours (quiet.c) */
enum policy_verdict turn_quiet(const struct turn *turn, const struct engine_customer *customer,
                               const struct engine_run *run, int64_t *until);

/* ---- caps (caps.c) */
bool engine_is_capped(const struct engine_run *run, const struct jn_message *message);
struct policy_answer turn_caps(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                               const struct jn_message *message);
/* The message has been written: its topic is remembered, and caps count it from now on; the slot is given back when it
 * finally fails or is cancelled. */
void turn_slot_take(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                    const struct jn_message *message, uint64_t delivery);
jn_rc turn_slot_return(struct turn *turn, uint64_t customer, uint64_t delivery);
/* By which a slot keeps the journey and the channel of its message; never 0. */
uint64_t engine_slot_journey(const struct jn_program *program, const struct jn_journey *journey);
uint64_t engine_slot_channel(const struct jn_program *program, const struct jn_channel *channel);

/* ---- two customers become one (merge.c): the most restrictive consent, the sum of what was sent */
void engine_policy_merge(struct turn *turn, struct engine_customer *into, const struct engine_customer *from);

#endif
