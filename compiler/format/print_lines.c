/* Declarations, statements and lines of tests: LINE rows say what is printed, word for word. */
#include "compiler/format/printer.h"
#include "core/civil.h"
#include "journey/program.h"

/* A pattern: %n the node's name, %t its text as a literal, %0 … %3 a kid, ?0 … ?3 what follows up to `;` when there is
 * that kid, %l the list with commas, %w the list of WITHs, the rest as it is. */
static const struct line {
    enum jc_kind kind;
    const char *pattern;
} lines[] = {
    {JC_LANGUAGE, "language %0"},
    {JC_WS_TIMEZONE, "timezone %t"},
    {JC_WS_CURRENCY, "currency %n"},
    {JC_WS_CONTROL, "control group %0"},
    {JC_WS_KEEP, "keep events %0"},
    {JC_WAS, "was %n"},
    {JC_MOD_REQUIRED, "required"},
    {JC_MOD_PERSONAL, "personal"},
    {JC_MOD_IDENTITY, "identity"},
    {JC_MOD_ONE_OF, "one of %l"},
    {JC_MOD_DEFAULT, "default %0"},
    {JC_SEGMENT, "segment %n is %0"},
    {JC_EVENT, "event %n?0 %0;"},
    {JC_WORKSPACE, "workspace"},
    {JC_CUSTOMER, "customer"},
    {JC_CH_SMTP, "smtp %0"},
    {JC_CH_ORDERED, "ordered"},
    {JC_CH_COST, "cost %0"},
    {JC_CH_CARBON, "carbon %0 grams"},
    {JC_CHANNEL, "channel %n"},
    {JC_CH_WEBHOOK, "webhook %0"},
    {JC_CH_SECRET, "secret %0"},
    {JC_CH_TO, "to %0"},
    {JC_CH_RETRY, "retry %0 times over %1"},
    {JC_CH_TIMEOUT, "timeout %0"},
    {JC_SERVICE, "service %n"},
    {JC_SV_BREAKER, "breaker opens at %0 of %1 calls, for %2"},
    {JC_MESSAGE, "message %n?1 %1; on %0?2 about %2;"},
    {JC_FIELD, "%n %0"},
    {JC_VARIANT, "in stage %0"},
    {JC_SOURCE, "source %n"},
    {JC_SRC_SCHEME, "verify %n secret %0"},
    {JC_MAP_CUSTOMER, "customer %0"},
    {JC_MAP_DEDUPE, "dedupe %0"},
    {JC_MAP_AT, "at %0"},
    {JC_MAP_PROP, "%n = %0"},
    {JC_JOURNEY, "journey %n?1 %1;?0 %0;"},
    {JC_ENTER, "enter when %0?1 where %1;"},
    {JC_ENTER_JOINS, "enter when customer joins %0"},
    {JC_KEY, "key %0.%n"},
    {JC_ON_REPEAT, "on repeat restart"},
    {JC_EXIT_WHEN, "exit when %0?1 where %1;"},
    {JC_JY_TOPIC, "topic %0"},
    {JC_JY_CONTROL, "control %0"},
    {JC_JY_ROLLOUT, "rollout %0"},
    {JC_JY_PRIORITY, "priority %0"},
    {JC_STAGE, "stage %n?0 %0;"},
    {JC_WAIT, "wait %0"},
    {JC_WAIT_TIME, "wait until ?0%0 ;%1"},
    {JC_WAIT_DATE, "wait until %0?1 at %1;"},
    {JC_WAIT_THEN, "wait %0 until ?1%1 ;%2"},
    {JC_SPLIT, "split %n"},
    {JC_EXIT_IF, "exit if %0"},
    {JC_JY_STARTS, "starts %0"},
    {JC_JY_ENDS, "ends %0"},
    {JC_MATCH, "match %0"},
    {JC_CASE, "%l:"},
    {JC_REPEAT, "repeat up to %0 times every %2"},
    {JC_STOP, "stop"},
    {JC_START, "start %0"},
    {JC_EMIT, "emit %0%w"},
    {JC_ASK, "ask %0%w"},
    {JC_OPTIMIZE, "optimize %n for %0?1, explore %1;?2, fallback %2;"},
    {JC_SET, "set %0 to %1"},
    {JC_TAG, "tag %t"},
    {JC_UNTAG, "untag %t"},
    {JC_GO_TO, "go to %n"},
    {JC_EXIT_AS, "exit as %n"},
    {JC_TEST, "test %t"},
    {JC_T_CUSTOMER, "customer %n%w"},
    {JC_T_AT, "at %0 %1"},
    {JC_T_AFTER, "after %0"},
    {JC_T_DOES, "%n does %0?1 of %1;%w"},
    {JC_T_IS_NOW, "%n is now %0"},
    {JC_T_IN_STAGE, "expect %n in stage %0 of %1"},
    {JC_T_LEFT, "expect %n left %0 as %1"},
    {JC_T_NOT_IN, "expect %n not in %0"},
    {JC_T_ATTR, "expect customer.%0 of %n is %1"},
    {JC_T_REACHED, "expect %n reached %0 of %1"},
    {JC_T_FORCE, "force split %0 = %1"},
};

static void print_line(struct jc_printer *printer, const struct jc_node *node);

static void print_days(struct jc_printer *printer, uint32_t bits) {
    const char *word = jn_weekdays_take(&bits);
    jc_print_z(printer, word);
    while ((word = jn_weekdays_take(&bits)) != NULL) {
        jc_print_z(printer, " or ");
        jc_print_z(printer, word);
    }
}

static void print_given(struct jc_printer *printer, const struct jc_node *first) {
    for (const struct jc_node *with = first; with != NULL; with = with->next) {
        if (with != first) jc_print_z(printer, ", ");
        jc_print_name(printer, with);
        jc_print_z(printer, " = ");
        jc_print_expr(printer, with->kid[0]);
    }
}

static void print_withs(struct jc_printer *printer, const struct jc_node *first) {
    if (first == NULL) return;
    jc_print_z(printer, " with ");
    print_given(printer, first);
}

static void print_kid(struct jc_printer *printer, const struct jc_node *kid) {
    if (kid == NULL)
        printer->bad = true;
    else if (kid->kind == JC_DAYS && kid->text.n > 0)
        jc_print_builtin(printer, kid);
    else if (kid->kind == JC_DAYS)
        print_days(printer, kid->flags);
    else if (kid->kind == JC_WAS)
        print_line(printer, kid);
    else if (kid->kind == JC_TYPE)
        jc_print_builtin(printer, kid);
    else
        jc_print_expr(printer, kid);
}

static void print_escape(struct jc_printer *printer, const struct jc_node *node, char what) {
    if (what == 'n')
        jc_print_name(printer, node);
    else if (what == 't')
        jc_print_text(printer, node);
    else if (what == 'l')
        jc_print_list(printer, node->first);
    else if (what == 'w')
        print_withs(printer, node->first);
    else
        print_kid(printer, node->kid[what - '0']);
}

static void print_pattern(struct jc_printer *printer, const struct jc_node *node, const char *pattern) {
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '%') {
            print_escape(printer, node, *++p);
        } else if (*p == '?') {
            bool there = node->kid[*++p - '0'] != NULL;
            if (!there) p += strcspn(p, ";");
        } else if (*p != ';') {
            size_t n = strcspn(p, "%?;");
            jc_print_words(printer, (struct jn_str){p, n});
            p += n - 1;
        }
    }
}

static void print_attribute(struct jc_printer *printer, const struct jc_node *node) {
    print_pattern(printer, node, "%n?1 %1; %0?2 = %2;");
    for (const struct jc_node *mod = node->first; mod != NULL; mod = mod->next) {
        jc_print_z(printer, ", ");
        print_line(printer, mod);
    }
}

static void print_service(struct jc_printer *printer, const struct jc_node *node) {
    if (node->kind == JC_SV_GIVE || node->kind == JC_SV_TAKE) {
        jc_print_z(printer, node->kind == JC_SV_GIVE ? "give " : "take ");
        print_attribute(printer, node->first);
    } else if (node->flags == 1) {
        print_pattern(printer, node, "service %0 fails");
    } else {
        print_pattern(printer, node, "service %0 answers ");
        print_given(printer, node->first);
    }
}

static void print_reenter(struct jc_printer *printer, const struct jc_node *node) {
    print_pattern(printer, node,
                  node->kid[0] != NULL ? "re-enter after %0"
                  : node->flags == 0   ? "re-enter never"
                                       : "re-enter always");
}

/* `where C or E`, with a bare E, would be read as a second event: such a condition stands in parentheses. */
static bool reads_as_event(const struct jc_node *where) {
    if (where == NULL || where->kind != JC_BINARY || where->flags != JC_OP_OR) return false;
    const struct jc_node *right = where->kid[1];
    return right->kind == JC_NAME || (right->kind == JC_CALL && right->flags == 1);
}

static void print_alternative(struct jc_printer *printer, const struct jc_node *node) {
    print_pattern(printer, node, reads_as_event(node->kid[2]) ? "%0?1 of %1; where (%2)" : "%0?1 of %1;?2 where %2;");
}

static void print_wait_for(struct jc_printer *printer, const struct jc_node *node) {
    static const char *const since[] = {"", " since entry", " since stage start"};
    jc_print_z(printer, "wait for ");
    for (const struct jc_node *event = node->first; event != NULL; event = event->next) {
        if (event != node->first) jc_print_z(printer, " or ");
        print_alternative(printer, event);
    }
    jc_print_z(printer, since[node->flags]);
    print_pattern(printer, node, node->kid[1] != NULL ? "?0 up to %0; then" : "?0 up to %0;");
}

static void print_send(struct jc_printer *printer, const struct jc_node *node) {
    print_pattern(printer, node, "send %0");
    for (const struct jc_node *other = node->kid[1] == NULL ? NULL : node->kid[1]->first; other != NULL;
         other = other->next) {
        jc_print_z(printer, " or ");
        jc_print_name(printer, other);
    }
    print_withs(printer, node->first);
    if (node->kid[2] != NULL) jc_print_z(printer, " then");
}

static void print_handler(struct jc_printer *printer, const struct jc_node *node) {
    if (node->flags == JN_OUTCOME_SENT) printer->bad = true;
    if (node->flags == JN_OUTCOME_CAPPED) print_pattern(printer, node, "capped:");
    if (node->flags == JN_OUTCOME_QUIET) print_pattern(printer, node, "quiet:");
    if (node->flags == JN_OUTCOME_FAILED) print_pattern(printer, node, "failed:");
    if (node->flags == JN_OUTCOME_UNREACHABLE) print_pattern(printer, node, "unreachable:");
}

static void print_gets(struct jc_printer *printer, const struct jc_node *node) {
    if (node->kid[0] == NULL)
        print_pattern(printer, node, "expect %n gets nothing");
    else
        print_pattern(printer, node, node->flags == 1 ? "expect %n never gets %0" : "expect %n gets %0?1 times %1;");
}

static void print_decides(struct jc_printer *printer, const struct jc_node *node) {
    print_pattern(printer, node, "?2%2;");
    for (const struct jc_node *name = node->first; name != NULL; name = name->next) {
        if (name != node->first) jc_print_z(printer, "-");
        jc_print_name(printer, name);
    }
    print_pattern(printer, node, node->flags == 1 ? " rejects %0?1 for %1;" : " approves %0?1 for %1;");
}

static void print_cap(struct jc_printer *printer, const struct jc_node *node) {
    bool channel = (node->flags & 2) != 0, one = jn_str_is(node->kid[0]->text, "1");
    print_pattern(printer, node,
                  channel ? "cap %0 per %1, "
                  : one   ? "cap %0 message per %1, "
                          : "cap %0 messages per %1, ");
    jc_print_z(printer, (node->flags & 1) == JN_CAP_HOLD ? "hold" : "skip");
}

/* `control` and `rollout` are names there, and words where the set of words is asked for. */
static void print_share(struct jc_printer *printer, const struct jc_node *node) {
    static const char *const asked[] = {"force control = in", "force control = out", "force rollout = in",
                                        "force rollout = out"};
    if (printer->set != JC_SET_KEPT && (node->flags & JC_SHARE_UNKNOWN) == 0)
        print_pattern(printer, node, asked[node->flags & 3]);
    else
        print_pattern(printer, node, (node->flags & 1) != 0 ? "force %n = out" : "force %n = in");
}

/* Consent, quiet hours, shares and rates. True when it was one of them. */
static bool print_policy(struct jc_printer *printer, const struct jc_node *node) {
    if (node->kind == JC_TOPIC)
        print_pattern(printer, node, node->flags == JN_OPT_IN ? "topic %n %0, opt in" : "topic %n %0, opt out");
    else if (node->kind == JC_QUIET)
        print_pattern(printer, node,
                      node->flags == JN_QUIET_DROP ? "quiet hours %0 to %1, drop" : "quiet hours %0 to %1, hold");
    else if (node->kind == JC_CAP)
        print_cap(printer, node);
    else if (node->kind == JC_CH_RATE)
        print_pattern(printer, node, node->flags == 1 ? "rate %0 per minute" : "rate %0 per second");
    else if (node->kind == JC_T_SHARE)
        print_share(printer, node);
    else if (node->kind == JC_T_EACH) {
        jc_print_z(printer, "for each ");
        jc_print_list(printer, node->kid[0]->first);
    } else if (node->kind == JC_T_TOPIC)
        print_pattern(printer, node, node->flags == 1 ? "topic %0 out for %n" : "topic %0 in for %n");
    else
        return false;
    return true;
}

/* Those whose words depend on flags. True when it was one of them. */
static bool print_flagged(struct jc_printer *printer, const struct jc_node *node) {
    bool one = node->flags == 1;
    if (node->kind == JC_ATTRIBUTE)
        print_attribute(printer, node);
    else if (node->kind == JC_SV_GIVE || node->kind == JC_SV_TAKE || node->kind == JC_T_SERVICE)
        print_service(printer, node);
    else if (node->kind == JC_REENTER)
        print_reenter(printer, node);
    else if (node->kind == JC_ENTER_EVERY)
        print_pattern(printer, node,
                      node->kid[0]->flags == JC_EVERY_DAY ? "enter every day at %1 for %2"
                                                          : "enter every %0 at %1 for %2");
    else if (node->kind == JC_GOAL)
        print_pattern(printer, node,
                      one ? "goal %n when %0?1 where %1;?2 within %2;?3, value %3;, exit"
                          : "goal %n when %0?1 where %1;?2 within %2;?3, value %3;");
    else if (node->kind == JC_JY_TIMEZONE)
        print_pattern(printer, node, node->text.n > 0 ? "timezone %t" : "timezone customer");
    else if (node->kind == JC_SRC_VERIFY)
        print_pattern(printer, node,
                      node->flags == JC_BASE64 ? "verify hmac sha256 header %t base64 secret %0"
                                               : "verify hmac sha256 header %t hex secret %0");
    else if (node->kind == JC_SRC_WHEN)
        print_pattern(printer, node, "?0when %0 ;take %1");
    else if (node->kind == JC_WAIT_FOR)
        print_wait_for(printer, node);
    else if (node->kind == JC_WAIT_IF)
        print_pattern(printer, node, node->kid[1] != NULL ? "wait if %3?0 up to %0; then" : "wait if %3?0 up to %0;");
    else if (node->kind == JC_APPROVE)
        print_pattern(printer, node,
                      node->kid[1] != NULL ? "approve %t by %3?0 up to %0; then" : "approve %t by %3?0 up to %0;");
    else if (node->kind == JC_SEND)
        print_send(printer, node);
    else if (node->kind == JC_HANDLER)
        print_handler(printer, node);
    else if (node->kind == JC_ARM)
        print_pattern(printer, node, node->kid[0] != NULL ? "%0 %n?2 %2;:" : "arm %n?2 %2;:");
    else if (node->kind == JC_IF)
        print_pattern(printer, node, "if %0 then");
    else if (node->kind == JC_T_GETS)
        print_gets(printer, node);
    else if (node->kind == JC_T_HAS_TAG)
        print_pattern(printer, node, one ? "expect %n has no tag %0" : "expect %n has tag %0");
    else if (node->kind == JC_T_DECIDES)
        print_decides(printer, node);
    else if (node->kind == JC_T_CHANNEL)
        print_pattern(printer, node, one ? "channel %0 hangs" : "channel %0 answers %1?2 times %2;");
    else
        return false;
    return true;
}

static void print_line(struct jc_printer *printer, const struct jc_node *node) {
    if (print_flagged(printer, node) || print_policy(printer, node)) return;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].kind != node->kind) continue;
        print_pattern(printer, node, lines[i].pattern);
        return;
    }
    printer->bad = true;
}

static void print_items(struct jc_printer *printer, const struct jc_node *first);

/* The line on which a block's `else` or `timeout` stands: the block begins behind it. */
static uint32_t line_before(const struct jc_node *block) {
    return block->span.line > 0 ? block->span.line - 1 : 0;
}

static void print_branches(struct jc_printer *printer, const struct jc_node *node) {
    jc_block_begin(printer);
    print_items(printer, node->kid[1]->first);
    const struct jc_node *other = node->kind == JC_REPEAT ? NULL : node->kid[2];
    bool is_if = node->kind == JC_IF;
    for (; other != NULL && other->kind == JC_IF; other = other->kid[2]) {
        jc_line_close(printer, "else ", other->span.line);
        print_line(printer, other);
        jc_line_end(printer, line_before(other->kid[1]));
        jc_block_begin(printer);
        print_items(printer, other->kid[1]->first);
    }
    if (other == NULL) return;
    jc_line_close(printer, is_if ? "else" : "timeout", line_before(other));
    jc_line_end(printer, line_before(other));
    jc_block_begin(printer);
    print_items(printer, other->first);
}

/* What stands below an arm's line. Comments behind its statements that stand further to the right than the arms belong
 * to it. */
static void print_arm_block(struct jc_printer *printer, const struct jc_node *block, uint32_t column, uint32_t behind) {
    jc_block_begin(printer);
    print_items(printer, block->first);
    while (printer->comment != NULL && printer->comment->span.line < behind && printer->comment->span.column > column)
        jc_comments_before(printer, printer->comment->span.line + 1);
    printer->level--;
    printer->block_start = false;
}

static void print_arms(struct jc_printer *printer, const struct jc_node *split) {
    const struct jc_node *otherwise = split->kind == JC_MATCH ? split->kid[2] : NULL;
    uint32_t end = jc_last_line(printer, split), column = split->span.column;
    jc_block_begin(printer);
    for (const struct jc_node *arm = split->kind == JC_SEND ? split->kid[2]->first : split->first; arm != NULL;
         arm = arm->next) {
        jc_line_begin(printer, arm->span.line);
        print_line(printer, arm);
        jc_line_end(printer, arm->span.line);
        column = arm->span.column;
        print_arm_block(printer, arm->kid[1], column,
                        arm->next != NULL   ? arm->next->span.line
                        : otherwise != NULL ? line_before(otherwise)
                                            : end);
    }
    if (otherwise == NULL) return;
    jc_line_begin(printer, line_before(otherwise));
    jc_print_words(printer, JN_STR("otherwise:"));
    jc_line_end(printer, line_before(otherwise));
    print_arm_block(printer, otherwise, column, end);
}

/* Whether a statement's block is kid[1], and what may follow it kid[2]. */
static bool has_branches(const struct jc_node *node) {
    if (node->kind == JC_IF || node->kind == JC_REPEAT) return true;
    return (node->kind == JC_WAIT_FOR || node->kind == JC_WAIT_IF || node->kind == JC_APPROVE) && node->kid[1] != NULL;
}

static bool has_arms(const struct jc_node *node) {
    if (node->kind == JC_SEND) return node->kid[2] != NULL;
    return node->kind == JC_SPLIT || node->kind == JC_OPTIMIZE || node->kind == JC_MATCH;
}

static bool has_block(const struct jc_node *node) {
    return node->kind == JC_WORKSPACE || node->kind == JC_CUSTOMER || (node->kind == JC_EVENT && node->first != NULL) ||
           node->kind == JC_CHANNEL || node->kind == JC_SERVICE || node->kind == JC_MESSAGE ||
           node->kind == JC_VARIANT || node->kind == JC_SOURCE || node->kind == JC_SRC_WHEN ||
           node->kind == JC_JOURNEY || node->kind == JC_STAGE || node->kind == JC_TEST || node->kind == JC_T_EACH;
}

/* Where the first line of a node with a block ends; only a text can make it longer than one line. */
static uint32_t head_line(const struct jc_printer *printer, const struct jc_node *node) {
    if (has_branches(node)) return line_before(node->kid[1]);
    return has_block(node) || has_arms(node) ? node->span.line : jc_last_line(printer, node);
}

static void print_item(struct jc_printer *printer, const struct jc_node *node) {
    jc_line_begin(printer, node->span.line);
    if (node->label != NULL) {
        jc_print_name(printer, node->label);
        print_pattern(printer, node->label, "?0 %0;: ");
    }
    print_line(printer, node);
    jc_line_end(printer, head_line(printer, node));
    if (has_branches(node)) {
        print_branches(printer, node);
    } else if (has_arms(node)) {
        print_arms(printer, node);
    } else if (node->kind == JC_T_EACH) {
        jc_block_begin(printer);
        jc_print_rows(printer, node);
    } else if (has_block(node)) {
        jc_block_begin(printer);
        print_items(printer, node->first);
    } else {
        return;
    }
    jc_line_close(printer, "end", jc_last_line(printer, node));
    jc_line_end(printer, jc_last_line(printer, node));
}

/* Recursion goes as deep as the parser lets blocks nest. */
static void print_items(struct jc_printer *printer, const struct jc_node *first) {
    for (const struct jc_node *node = first; node != NULL; node = node->next)
        print_item(printer, node);
}

void jc_print_file(struct jc_printer *printer, const struct jc_node *file) {
    print_items(printer, file->first);
}
