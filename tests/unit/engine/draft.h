/* A small program put together by hand, step after step, for the engine's tests. */
#ifndef TESTS_UNIT_ENGINE_DRAFT_H
#define TESTS_UNIT_ENGINE_DRAFT_H

#include "core/value.h"
#include "image/builder.h"

/* It has the attributes timezone, phone and birthday, the channel `post`, which reaches everyone, and the channel
 * `sms`, which needs a phone. Each journey has the one stage `only`; a step leads to the one put behind it. */
struct draft {
    struct jn_arena *arena;
    struct jn_builder *builder;
    uint32_t timezone, phone, birthday; /* attributes */
    uint32_t post, sms;                 /* channels */
    struct jn_journey journey;          /* the one that is being written */
    bool writing;
};

struct draft draft_new(struct jn_arena *arena);
/* The finished image. */
struct jn_str draft_image(struct draft *d);

/* Declarations; they come before the journeys that name them. */
uint32_t declare_event(struct draft *d, const char *name);
uint32_t declare_event_with(struct draft *d, const char *name, const char *property, enum jn_type type, uint32_t flags);
uint32_t declare_message(struct draft *d, const char *name, uint32_t channel);

/* Of the whole program: each at most once, before journeys. */
void quiet_hours(struct draft *d, const char *from, const char *to);
void workspace_cap(struct draft *d, uint32_t limit, struct jn_value over, enum jn_cap_mode mode);
void control_group(struct draft *d, uint32_t share);
uint32_t declare_topic(struct draft *d, const char *name, enum jn_opt opt);
void message_is_about(struct draft *d, uint32_t message, uint32_t topic);

/* Begins a journey; goals and leaves follow, then steps. */
void begin_journey(struct draft *d, const char *name, uint32_t event, enum jn_reenter reenter);
void journey_returns_after(struct draft *d, struct jn_value duration);
void journey_keyed(struct draft *d, uint32_t property);
void journey_goal(struct draft *d, const char *name, uint32_t event, struct jn_value within, uint32_t flags);
void journey_leaves_on(struct draft *d, const char *name, uint32_t event);

/* Steps: each gives its number. Names of those that hold or send are "only." and what is said. */
uint32_t step_send(struct draft *d, uint32_t message);
/* Holds until it is known what becomes of the message; not sent: where timeout_goes_to says. */
uint32_t step_send_or(struct draft *d, uint32_t message);
uint32_t step_outcome(struct draft *d, enum jn_outcome outcome);
uint32_t step_wait(struct draft *d, const char *name, struct jn_value duration);
uint32_t step_wait_time(struct draft *d, const char *name, const char *time); /* any weekday */
uint32_t step_wait_date(struct draft *d, const char *name, uint32_t attr, const char *time);
uint32_t step_wait_then(struct draft *d, const char *name, struct jn_value duration, const char *time);
uint32_t step_wait_for(struct draft *d, const char *name, uint32_t event, struct jn_value up_to, enum jn_since since);
/* Rejected or unanswered: where timeout_goes_to says. */
uint32_t step_approve(struct draft *d, const char *name, const char *asks, const char *by, struct jn_value up_to);
/* `of MESSAGE` of the wait written last. */
void wait_is_of(struct draft *d, uint32_t step, uint32_t message);
void wait_compares_key(struct draft *d, uint32_t step, uint32_t property);
/* Two arms, `left` of so many basis points and `right`; both steps are set later. */
uint32_t step_split(struct draft *d, const char *salt, uint32_t left);
void arms_lead_to(struct draft *d, uint32_t step, uint32_t left, uint32_t right);
uint32_t step_set_zone(struct draft *d, const char *zone);
uint32_t step_pass(struct draft *d);
uint32_t step_exit(struct draft *d, const char *as);
void step_goes_to(struct draft *d, uint32_t step, uint32_t target);
void timeout_goes_to(struct draft *d, uint32_t step, uint32_t target);

/* Values. */
struct jn_value minutes(int64_t n);
struct jn_value days(int64_t n);
struct jn_value months(int64_t n);

#endif
