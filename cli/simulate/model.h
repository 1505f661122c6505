/* How customers behave, for `journey simulate`: who they are, what they do and when, what channels answer. */
#ifndef CLI_SIMULATE_MODEL_H
#define CLI_SIMULATE_MODEL_H

#include "core/arena.h"
#include "core/json.h"
#include "core/random.h"
#include "journey/program.h"

#define SIM_MODEL_MAX (4u << 20)
#define SIM_DAYS_MAX  1100 /* three years */

enum sim_draw_kind { SIM_CONSTANT, SIM_CHOICES, SIM_RANGE, SIM_TEMPLATE };

/* What stands in the model. */
struct sim_constant {
    enum jn_json_kind kind;
    struct jn_str text; /* TEXT: itself; else its JSON */
    int64_t number;     /* INT */
};

/* A value that is drawn for a customer or an event. */
struct sim_draw {
    enum sim_draw_kind kind;
    enum jn_type type;
    double known;                  /* else it is missing */
    struct sim_constant *constant; /* CONSTANT, TEMPLATE: one; CHOICES: n */
    double *upto;                  /* CHOICES: sums of the weights, the last is 1 */
    uint32_t n;
    int64_t low, high; /* RANGE: both included; numbers in steps of `places` */
    uint8_t places;
};

struct sim_field {
    struct jn_str name;
    struct sim_draw draw;
};

/* Between two instants: evenly from `low` to `high`, or with a mean (exponential, the law of independent arrivals). */
struct sim_span {
    bool even;
    int64_t low, high; /* ms; not even: low is the mean */
};

enum sim_trigger { SIM_ON_ARRIVAL, SIM_EVERY, SIM_OF_MESSAGE, SIM_IN_STAGE, SIM_AT_STEP };

struct sim_rule {
    enum sim_trigger trigger;
    uint32_t event;
    uint32_t subject; /* message, stage or step */
    double chance;
    struct sim_span after;
    struct sim_field *field;
    uint32_t n_field;
    bool enters; /* some journey is entered by the event */
    bool fixed;  /* nothing is drawn: the event's attributes are always the same */
};

struct sim_channel {
    double fails, retries; /* of attempts: for good; for now */
};

/* What a service answers, when it does; the rest of its calls fail. */
struct sim_service {
    double answers;
    struct sim_span after;
    struct sim_field *take;
    uint32_t n_take;
};

/* Who decides what `approve` asks; the rest is never answered. */
struct sim_approver {
    struct jn_str by;
    double approves, rejects;
    struct sim_span after;
};

struct sim_consent {
    struct jn_str topic;
    double in;
};

struct sim_model {
    int64_t start, end; /* instants */
    int64_t arrive;     /* customers arrive within so long from the start, evenly */
    struct sim_field *attr;
    uint32_t n_attr;
    struct sim_consent *consent;
    uint32_t n_consent;
    struct sim_rule *rule;
    uint32_t n_rule;
    struct sim_approver *approver;
    uint32_t n_approver;
    struct sim_channel *channel; /* by channel */
    struct sim_service *service; /* by service */
};

/* What is not said in the text is as in the default model. Errors name file, line and member. */
jn_rc sim_model_read(const struct jn_program *program, const char *file, struct jn_str text, struct jn_arena *arena,
                     struct sim_model *out, struct jn_err *err);
/* The default model, as JSON to begin from: what the program's names, types and comparisons suggest. */
void sim_model_suggest(const struct jn_program *program, struct jn_buf *out);

/* ---- drawing */
bool sim_chance(struct jn_random *random, double chance);
int64_t sim_after(struct jn_random *random, struct sim_span span);
/* The members of an object that is open: `customer` and `n` fill the templates. */
void sim_fields(const struct sim_field *field, uint32_t n_field, struct jn_random *random, struct jn_str customer,
                uint32_t n, struct jn_json *object);

#endif
