#include "covered.h"

#include <stdio.h>

#include "image/image.h"

/* Kinds that no random journey holds, and why. What is not a row here must be generated. */
static const char *const ELSEWHERE[JC_KINDS] = {
    [JC_LANGUAGE] = "says which edition the file is of; nothing follows from it",
    [JC_WS_KEEP] = "when old events are forgotten is up to upkeep, which runs between turns",
    [JC_MOD_REQUIRED] = "what comes in is checked before any journey sees it",
    [JC_MOD_PERSONAL] = "how it is kept and shown",
    [JC_MOD_IDENTITY] = "who is who: tests/property/merging",
    [JC_MOD_ONE_OF] = "what comes in is checked before any journey sees it",
    [JC_WAS] = "speaks to the version before: tests/conformance/upgrade",
    [JC_CH_SMTP] = "how a message leaves",
    [JC_CH_RATE] = "how a message leaves",
    [JC_CH_ORDERED] = "how a message leaves",
    [JC_CH_COST] = "is counted, and steers nothing",
    [JC_CH_CARBON] = "is counted, and steers nothing",
    [JC_CH_SECRET] = "how a message leaves",
    [JC_CH_RETRY] = "how a message leaves",
    [JC_SOURCE] = "what comes in",
    [JC_SRC_VERIFY] = "what comes in",
    [JC_SRC_SCHEME] = "what comes in",
    [JC_SRC_WHEN] = "what comes in",
    [JC_MAP_CUSTOMER] = "what comes in",
    [JC_MAP_DEDUPE] = "what comes in",
    [JC_MAP_AT] = "what comes in",
    [JC_MAP_PROP] = "what comes in",
    [JC_AS_CURRENCY] = "what comes in",
    [JC_SV_BREAKER] = "whether a service is asked at all",
    [JC_ENV] = "how a message leaves",
    [JC_BAD] = "no node of a sound file",
    [JC_TEST] = "a test",
    [JC_T_EACH] = "a test",
    [JC_T_ROW] = "a test",
    [JC_T_CUSTOMER] = "a test",
    [JC_T_AT] = "a test",
    [JC_T_AFTER] = "a test",
    [JC_T_DOES] = "a test",
    [JC_T_IS_NOW] = "a test",
    [JC_T_GETS] = "a test",
    [JC_T_IN_STAGE] = "a test",
    [JC_T_LEFT] = "a test",
    [JC_T_NOT_IN] = "a test",
    [JC_T_HAS_TAG] = "a test",
    [JC_T_ATTR] = "a test",
    [JC_T_REACHED] = "a test",
    [JC_T_CHANNEL] = "a test",
    [JC_T_SERVICE] = "a test",
    [JC_T_FORCE] = "a test",
    [JC_T_SHARE] = "a test",
    [JC_T_TOPIC] = "a test",
    [JC_T_DECIDES] = "a test",
};

static const char *const KIND[] = {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) #kind,
#include "compiler/syntax/ast.def"
#undef NODE
};
static const char *const OPERATOR_NAME[] = {
#define OPERATOR(name, written, strength, text) #name,
#include "compiler/syntax/operators.def"
#undef OPERATOR
};
static const char *const FUNCTION_NAME[] = {
#define FUNCTION(name, of, type, op, result) name,
#include "compiler/expr/functions.def"
#undef FUNCTION
};

#define FUNCTIONS (sizeof(FUNCTION_NAME) / sizeof(*FUNCTION_NAME))
_Static_assert(FUNCTIONS <= COVERED_FUNCTIONS, "raise COVERED_FUNCTIONS");

static void count(void *user, const struct jc_node *node) {
    struct covered *covered = user;
    covered->kind[node->kind]++;
    if (node->label != NULL) covered->kind[JC_LABEL]++;
    if (node->kind == JC_BINARY || node->kind == JC_UNARY) covered->op[node->flags]++;
    if (node->kind == JC_HISTORY) covered->history[node->flags]++;
    if (node->kind == JC_HANDLER) covered->outcome[node->flags]++;
    for (size_t i = 0; node->kind == JC_CALL && i < FUNCTIONS; i++)
        covered->function[i] += jn_str_is(node->text, FUNCTION_NAME[i]);
}

void covered_add(struct covered *covered, const struct jc_node *file) {
    jc_walk(file, count, covered);
}

static int missing(uint64_t n, const char *what, const char *name) {
    if (n == 0) fprintf(stderr, "never generated: %s %s\n", what, name);
    return n == 0;
}

int covered_gaps(const struct covered *covered) {
    int gaps = 0;
    for (int i = 0; i < JC_KINDS; i++) {
        if (ELSEWHERE[i] == NULL) gaps += missing(covered->kind[i], "node", KIND[i]);
        if (ELSEWHERE[i] == NULL || covered->kind[i] == 0) continue;
        fprintf(stderr, "generated, but said to be elsewhere: %s\n", KIND[i]);
        gaps++;
    }
    for (int i = 0; i < JC_OPERATORS; i++)
        gaps += missing(covered->op[i], "operator", OPERATOR_NAME[i]);
    for (int i = 0; i < JN_HISTORIES; i++)
        gaps += covered->history[i] == 0 && fprintf(stderr, "never generated: question %d about the past\n", i) > 0;
    for (int i = JN_OUTCOME_SENT + 1; i < JN_OUTCOME_NO_CONSENT; i++)
        gaps += missing(covered->outcome[i], "handler", jn_outcome_word((enum jn_outcome)i));
    for (size_t i = 0; i < FUNCTIONS; i++)
        gaps += missing(covered->function[i], "function", FUNCTION_NAME[i]);
    return gaps;
}
