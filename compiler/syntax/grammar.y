/* The grammar of a file. It builds a tree and nothing else; names, types and flow are checked behind it. */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {jc_yy}
%define api.location.type {struct jc_span}
%define parse.error custom
%define parse.lac full
%define lr.type ielr
%locations
%header
%expect 0
%param {struct jc_parser *parser}

%code requires {
#include "compiler/syntax/expect.h"
#include "compiler/syntax/parser.h"
#include "core/utf8.h"
#include "journey/program.h"
}

%union {
    struct jc_node *node;
    struct jc_list list;
    uint32_t flags;
}

%code {
#define YYLLOC_DEFAULT(current, rhs, n)                                                        \
    ((current) = (n) > 0 ? jc_span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) : jc_empty(YYRHSLOC(rhs, 0)))
#define N0(kind, span) jc_node_new(parser, JC_##kind, span)
#define NL(kind, span, list) jc_node_list(parser, JC_##kind, span, list)
#define NK(kind, span, a, b, c, d) jc_node_kids(parser, JC_##kind, span, a, b, c, d)
#define NN(kind, span, name) jc_node_named(parser, JC_##kind, span, name)
#define OPERATE(op, span, a, b) jc_node_operator(parser, JC_OP_##op, span, a, b)
#define BUILD struct jc_node *n
/* What could not be read: unknown names are then no mistake of their own. */
#define LOST (parser->lost = true, NULL)

static struct jc_span jc_empty(struct jc_span before) {
    before.offset = before.end;
    before.line = before.end_line;
    before.column = before.end_column;
    return before;
}

static void jc_yyerror(const struct jc_span *span, struct jc_parser *parser, const char *message) {
    (void)message; /* only when the parser's stack is full */
    jc_parser_report(parser, JC_E0205, *span, JN_STR(""), JN_STR(""));
}

/* `is missing` is a test of its own: nothing equals what is not known. */
static struct jc_node *jc_is(struct jc_parser *parser, struct jc_span span, struct jc_node *a, struct jc_node *b, bool not) {
    if (b->kind == JC_LIST && !b->grouped) {
        struct jc_node *n = NK(ONE_OF, span, a, NULL, NULL, NULL);
        n->flags = not;
        return jc_node_hang(parser, n, (struct jc_list){b->first, NULL});
    }
    if (b->kind == JC_LITERAL && b->value.type == JN_T_MISSING) {
        struct jc_node *n = NK(IS_MISSING, span, a, NULL, NULL, NULL);
        n->flags = not;
        return n;
    }
    return not ? OPERATE(IS_NOT, span, a, b) : OPERATE(IS, span, a, b);
}

/* `force control = …` and `force rollout = …`: which of the two, or neither. */
static uint32_t jc_share(const struct jc_parser *parser, const struct jc_node *name) {
    const struct jc_word *row = jc_word_find(parser->words, name->text);
    int token = row == NULL ? 0 : row->token[0];
    return token == CONTROL ? 0 : token == ROLLOUT ? JC_SHARE_ROLLOUT : JC_SHARE_UNKNOWN;
}

/* What the handler is for; JN_OUTCOME_SENT: nothing that the language knows. */
static uint32_t jc_outcome(const struct jc_parser *parser, struct jc_node *handler) {
    static const int TOKEN[] = {[JN_OUTCOME_CAPPED] = CAPPED, [JN_OUTCOME_QUIET] = QUIET, [JN_OUTCOME_FAILED] = FAILED,
                                [JN_OUTCOME_UNREACHABLE] = UNREACHABLE};
    const struct jc_word *row = jc_word_find(parser->words, handler->text);
    for (uint32_t i = JN_OUTCOME_SENT + 1; row != NULL && i < JN_OUTCOME_NO_CONSENT; i++)
        if (row->token[0] == TOKEN[i]) return i;
    return JN_OUTCOME_SENT;
}

static struct jc_node *jc_others(struct jc_parser *parser, struct jc_span span, struct jc_list names) {
    return names.first == NULL ? NULL : jc_node_list(parser, JC_OTHERS, span, names);
}

/* Names in a row, and the text that they are together: `crm-lead`, `standard webhooks`. */
static struct jc_node *jc_joined(struct jc_parser *parser, enum jc_kind kind, struct jc_span span, struct jc_list names,
                                 char between) {
    struct jc_node *joined = jc_node_list(parser, kind, span, names);
    joined->text = names.first->text;
    joined->text_span = span;
    for (const struct jc_node *name = names.first->next; name != NULL; name = name->next)
        joined->text =
            jn_arena_printf(parser->arena, "%.*s%c%.*s", JN_FMT(joined->text), between, JN_FMT(name->text));
    return joined;
}

/* A line that leaves open what has to be decided. */
static void jc_undecided(struct jc_parser *parser, enum jc_code code, struct jc_span line, const char *hint) {
    struct jc_span end = line;
    if (end.end > parser->text.n) end.end = (uint32_t)parser->text.n; /* the line end behind the last line is no byte */
    if (end.end > end.offset && parser->text.p[end.end - 1] == '\n') end.end--;
    end.end_line = end.line;
    end.end_column = end.column + (end.end - end.offset);
    struct jc_diag *diag = jc_parser_report(parser, code, end, JN_STR(""), JN_STR(""));
    if (diag != NULL) jc_hint(parser->diags, diag, "%s", hint);
}

static struct jc_node *jc_with_label(struct jc_node *label, struct jc_node *statement) {
    if (statement == NULL) return NULL;
    statement->label = label;
    return statement;
}
}

%token YYEOF 0 "the end of the file"
%token NL "the end of the line"
%token <node> NAME "a name" LABEL "a label" HANDLER "a handler" NUMBER "a number" PERCENT "a percentage" MONEY "an amount of money"
%token <node> DURATION "a duration" TIME "a time" DATE "a date" INSTANT "an instant" TEXT_LITERAL "a text"
%token LIST_COMMA "," AT_MOST "<=" AT_LEAST ">=" IS_NOT "is not" IS_NOW "is now" NOT_IN "not in"
%token LANGUAGE "language" WORKSPACE "workspace" TIMEZONE "timezone" CURRENCY "currency" CUSTOMER "customer" EVENT "event"
%token SEGMENT "segment" CHANNEL "channel" MESSAGE "message" SOURCE "source" JOURNEY "journey" TEST "test" END "end"
%token REQUIRED "required" PERSONAL "personal" IDENTITY "identity" ONE "one" OF "of" DEFAULT "default" WAS "was"
%token WEBHOOK "webhook" SECRET "secret" ENV "env" TO "to" RETRY "retry" TIMES "times" OVER "over" TIMEOUT "timeout"
%token VERIFY "verify" HMAC "hmac" SHA256 "sha256" HEADER "header" HEX "hex" BASE64 "base64" WHEN "when" TAKE "take"
%token DEDUPE "dedupe" AT "at" AS "as" ENTER "enter" KEY "key" ON "on" REPEAT "repeat" RESTART "restart" REENTER "re-enter"
%token NEVER "never" ALWAYS "always" AFTER "after" GOAL "goal" WITHIN "within" VALUE "value" EXIT "exit" WHERE "where"
%token STAGE "stage" SEND "send" WITH "with" WAIT "wait" UNTIL "until" UP "up" FOR "for" SINCE "since" ENTRY "entry"
%token START "start" THEN "then" IF "if" ELSE "else" SPLIT "split" SET "set" TAG "tag" UNTAG "untag" GO "go" AND "and"
%token OR "or" NOT "not" IS "is" MISSING "missing" KNOWN "known" IN "in" HAS "has" NO "no" CONTAINS "contains"
%token STARTS "starts" ENDS "ends" LIKE "like" TRUE "true" FALSE "false" DOES "does" EXPECT "expect" GETS "gets"
%token NOTHING "nothing" LEFT "left" REACHED "reached" ANSWERS "answers" HANGS "hangs" FORCE "force"
%token MATCH "match" OTHERWISE "otherwise" STOP "stop" EVERY "every" EMIT "emit" OPTIMIZE "optimize" EXPLORE "explore"
%token TOPIC "topic" OPT "opt" OUT "out" ABOUT "about" QUIET "quiet" HOURS "hours" CAP "cap" MESSAGES "messages" PER "per"
%token SKIP "skip" HOLD "hold" DROP "drop" CONTROL "control" GROUP "group" ROLLOUT "rollout" PRIORITY "priority"
%token KEEP "keep" EVENTS "events" SMTP "smtp" RATE "rate" ORDERED "ordered" SECOND "second" MINUTE "minute" COST "cost" CARBON "carbon" GRAMS "grams" EACH "each"
%token FALLBACK "fallback" ARM "arm" JOINS "joins" CAPPED "capped" FAILED "failed" UNREACHABLE "unreachable" IN_THE_LAST "in the last" TIME_SINCE "time since" FIRST_OF "first"
%token LAST_OF "last" WHERE_GROUP "where (" EVERY_DAY "every day"
%token SERVICE "service" GIVE "give" BREAKER "breaker" OPENS "opens" CALLS "calls" ASK "ask" FAILS "fails"
%token APPROVE "approve" BY "by" APPROVES "approves" REJECTS "rejects"
%token WEEKDAY "weekday" WEEKEND "weekend" MONDAY "monday" TUESDAY "tuesday" WEDNESDAY "wednesday" THURSDAY "thursday"
%token FRIDAY "friday" SATURDAY "saturday" SUNDAY "sunday"

%type <node> name soft any_word declaration workspace_line attribute first_attribute type was_opt modifier literal
%type <node> channel_line value field message_line source_line scheme source_secret mapping title_opt header enter_where within_opt goal_tail stage statement plain
%type <node> days_every computed_opt choosing choice otherwise_opt case match
%type <node> block else_opt arm handler days_opt time_opt wait_where alternative timeout_opt upto_opt then_opt with
%type <node> expr test_line decider for_opt event_of target ended
%type <node> service_line take_default about_opt quiet cap row cell date_value time_value duration_value number_value text_value
%type <flags> in_or_out cap_mode per
%type <list> service_lines event_attributes declarations workspace_lines attributes modifiers channel_lines fields message_lines source_lines mappings headers
%type <list> role others handlers columns rows cells statements arms choices cases alternatives wheres withs with_opt literals test_lines
%type <flags> days day since_opt encoding

%precedence LOW
%precedence WHERE
%left OR
%left AND
%precedence NOT
%nonassoc IS IS_NOT NOT_IN '<' AT_MOST '>' AT_LEAST CONTAINS STARTS ENDS LIKE IN HAS
%left DEFAULT
%left '+' '-'
%left '*' '/'
%precedence NEGATE
%precedence '.' AS IN_THE_LAST

%%

file: declarations { parser->file = NL(FILE, @$, $1); parser->file->flags = parser->lost; }

declarations: %empty { $$ = (struct jc_list){0}; }
  | declarations declaration { $$ = jc_list_add($1, $2); }

/* ---- names */

name: NAME | soft
soft: soft_word { $$ = jc_node_word(parser, JC_NAME, @1); }
soft_word: TIMEZONE | CURRENCY | REQUIRED | PERSONAL | IDENTITY | WEBHOOK | SECRET | RETRY | OVER | VERIFY
  | HMAC | SHA256 | HEADER | HEX | BASE64 | DEDUPE | ENTER | KEY | REPEAT | RESTART | ALWAYS | GOAL | VALUE | ENTRY
  | START | NOTHING | MATCH | OTHERWISE | STOP | EVERY | EMIT | OPTIMIZE | EXPLORE | FALLBACK | ARM
  | OPT | OUT | ABOUT | QUIET | HOURS | CAP | MESSAGES | PER | SKIP | HOLD | DROP | CONTROL | GROUP
  | ROLLOUT | PRIORITY | KEEP | EVENTS | SMTP | RATE | ORDERED | SECOND | MINUTE | COST | CARBON | GRAMS
  | JOINS | EACH | GIVE | BREAKER | OPENS | CALLS | ASK | FAILS | CAPPED | FAILED | UNREACHABLE
  | APPROVE | BY | APPROVES | REJECTS
any_word: name | hard_word { $$ = jc_node_word(parser, JC_NAME, @1); }
hard_word: ONE | OF | DEFAULT | WAS | ENV | TO | TIMES | TIMEOUT | WHEN | TAKE | AT | AS | ON | REENTER | NEVER | AFTER
  | WITHIN | EXIT | WHERE | STAGE | SEND | WITH | WAIT | UNTIL | UP | FOR | SINCE | THEN | IF | ELSE | SPLIT | SET | TAG
  | UNTAG | GO | AND | OR | NOT | IS | MISSING | KNOWN | IN | HAS | NO | CONTAINS | STARTS | ENDS | LIKE | TRUE | FALSE
  | DOES | EXPECT | GETS | LEFT | REACHED | ANSWERS | HANGS | FORCE
declaration_word: LANGUAGE | WORKSPACE | CUSTOMER | EVENT | SEGMENT | CHANNEL | MESSAGE | SOURCE | JOURNEY | TEST | TOPIC
  | SERVICE
was_opt: %empty { $$ = NULL; } | WAS name { $$ = NN(WAS, @$, $2); }

/* ---- declarations */

declaration: LANGUAGE NUMBER NL { $$ = NK(LANGUAGE, @$, $2, NULL, NULL, NULL); }
  | WORKSPACE NL workspace_lines END NL { $$ = NL(WORKSPACE, @$, $3); }
  | CUSTOMER NL attributes END NL { $$ = NL(CUSTOMER, @$, $3); }
  | EVENT name was_opt NL { BUILD = NN(EVENT, @$, $2); jc_node_put(parser, n, 0, $3); $$ = n; }
  | EVENT name was_opt NL event_attributes END NL
    { BUILD = jc_node_hang(parser, NN(EVENT, @$, $2), $5); jc_node_put(parser, n, 0, $3); $$ = n; }
  | SEGMENT name IS expr NL { BUILD = NN(SEGMENT, @$, $2); jc_node_put(parser, n, 0, $4); $$ = n; }
  | CHANNEL name NL channel_lines END NL { $$ = jc_node_hang(parser, NN(CHANNEL, @$, $2), $4); }
  | MESSAGE name was_opt ON name about_opt NL message_lines END NL
    { BUILD = jc_node_hang(parser, NN(MESSAGE, @$, $2), $8); jc_node_put(parser, n, 0, $5); jc_node_put(parser, n, 1, $3);
      jc_node_put(parser, n, 2, $6); $$ = n; }
  | TOPIC name TEXT_LITERAL ',' OPT in_or_out NL
    { BUILD = NN(TOPIC, @$, $2); jc_node_put(parser, n, 0, $3); n->flags = $6 == 0 ? JN_OPT_IN : JN_OPT_OUT; $$ = n; }
  | SOURCE name NL source_lines END NL { $$ = jc_node_hang(parser, NN(SOURCE, @$, $2), $4); }
  | SERVICE name NL service_lines END NL { $$ = jc_node_hang(parser, NN(SERVICE, @$, $2), $4); }
  | JOURNEY name was_opt title_opt NL headers END NL
    { BUILD = jc_node_hang(parser, NN(JOURNEY, @$, $2), $6); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $3); $$ = n; }
  | TEST TEXT_LITERAL NL test_lines END NL { $$ = jc_node_hang(parser, NN(TEST, @$, $2), $4); }
  | TOPIC name TEXT_LITERAL NL
    { jc_undecided(parser, JC_E0337, @$, "write `, opt in` (only who said yes) or `, opt out` (all who did not say no)");
      $$ = NN(TOPIC, @$, $2); jc_node_put(parser, $$, 0, $3); }
  | TOPIC name error NL { BUILD = NN(TOPIC, @$, $2); $$ = n; yyerrok; }
  | WORKSPACE error NL recovered workspace_lines END NL { $$ = LOST; }
  | CUSTOMER error NL recovered attributes END NL { $$ = LOST; }
  | EVENT name error NL recovered { $$ = NN(EVENT, @$, $2); }
  | EVENT name error NL recovered event_attributes END NL { $$ = jc_node_hang(parser, NN(EVENT, @$, $2), $6); }
  | EVENT error NL recovered { $$ = LOST; }
  | EVENT error NL recovered event_attributes END NL { $$ = LOST; }
  | CHANNEL name error NL recovered channel_lines END NL { $$ = jc_node_hang(parser, NN(CHANNEL, @$, $2), $6); }
  | CHANNEL error NL recovered channel_lines END NL { $$ = LOST; }
  | MESSAGE error NL recovered message_lines END NL { $$ = LOST; }
  | SOURCE name error NL recovered source_lines END NL { $$ = jc_node_hang(parser, NN(SOURCE, @$, $2), $6); }
  | SOURCE error NL recovered source_lines END NL { $$ = LOST; }
  | SERVICE name error NL recovered service_lines END NL { $$ = jc_node_hang(parser, NN(SERVICE, @$, $2), $6); }
  | SERVICE error NL recovered service_lines END NL { $$ = LOST; }
  | JOURNEY name error NL recovered headers END NL { $$ = jc_node_hang(parser, NN(JOURNEY, @$, $2), $6); }
  | JOURNEY error NL recovered headers END NL { $$ = LOST; }
  | TEST error NL recovered test_lines END NL { $$ = LOST; }
  | error NL { $$ = LOST; yyerrok; }
recovered: %empty { yyerrok; }
about_opt: %empty { $$ = NULL; } | ABOUT name { $$ = $2; }
in_or_out: IN { $$ = 0; } | OUT { $$ = 1; }

workspace_lines: %empty { $$ = (struct jc_list){0}; } | workspace_lines workspace_line { $$ = jc_list_add($1, $2); }
workspace_line: TIMEZONE TEXT_LITERAL NL { $$ = NN(WS_TIMEZONE, @$, $2); }
  | CURRENCY name NL { $$ = NN(WS_CURRENCY, @$, $2); }
  | quiet
  | cap
  | CONTROL GROUP PERCENT NL { $$ = NK(WS_CONTROL, @$, $3, NULL, NULL, NULL); }
  | KEEP EVENTS DURATION NL { $$ = NK(WS_KEEP, @$, $3, NULL, NULL, NULL); }
  | error NL { $$ = LOST; yyerrok; }

quiet: QUIET HOURS TIME TO TIME ',' HOLD NL { $$ = NK(QUIET, @$, $3, $5, NULL, NULL); }
  | QUIET HOURS TIME TO TIME ',' DROP NL { BUILD = NK(QUIET, @$, $3, $5, NULL, NULL); n->flags = JN_QUIET_DROP; $$ = n; }
  | QUIET HOURS TIME TO TIME NL
    { jc_undecided(parser, JC_E0335, @$, "write `, hold` (they are sent when it is over) or `, drop` (they are not sent)");
      $$ = NK(QUIET, @$, $3, $5, NULL, NULL); }
cap: CAP NUMBER messages PER DURATION NL
    { jc_undecided(parser, JC_E0336, @$, "write `, skip` (it is not sent) or `, hold` (it is sent when there is room again)");
      $$ = NK(CAP, @$, $2, $5, NULL, NULL); }
  | CAP NUMBER messages PER DURATION ',' cap_mode NL
    { BUILD = NK(CAP, @$, $2, $5, NULL, NULL); n->flags = $7; $$ = n; }
messages: %empty | MESSAGES | MESSAGE
cap_mode: SKIP { $$ = JN_CAP_SKIP; } | HOLD { $$ = JN_CAP_HOLD; }

attributes: %empty { $$ = (struct jc_list){0}; } | attributes attribute { $$ = jc_list_add($1, $2); }
event_attributes: first_attribute { $$ = jc_list_add((struct jc_list){0}, $1); }
  | event_attributes attribute { $$ = jc_list_add($1, $2); }
first_attribute: any_word was_opt type computed_opt modifiers error NL
    { $$ = jc_node_attribute(parser, @$, $1, $2, $3, $4, $5); yyerrok; }
  | any_word error NL { $$ = LOST; yyerrok; }
  | any_word was_opt type computed_opt modifiers NL { $$ = jc_node_attribute(parser, @$, $1, $2, $3, $4, $5); }
attribute: first_attribute
  | declaration_word was_opt type computed_opt modifiers NL
    { $$ = jc_node_attribute(parser, @$, jc_node_word(parser, JC_NAME, @1), $2, $3, $4, $5); }
  | error NL { $$ = LOST; yyerrok; }
computed_opt: %empty { $$ = NULL; } | '=' expr { $$ = $2; }
type: name { $$ = NN(TYPE, @$, jc_node_builtin($1)); }
modifiers: %empty { $$ = (struct jc_list){0}; }
  | modifiers ',' modifier { $$ = jc_list_add($1, $3); }
modifier: REQUIRED { $$ = N0(MOD_REQUIRED, @$); }
  | PERSONAL { $$ = N0(MOD_PERSONAL, @$); }
  | IDENTITY { $$ = N0(MOD_IDENTITY, @$); }
  | ONE OF literals { $$ = NL(MOD_ONE_OF, @$, $3); }
  | DEFAULT literal { $$ = NK(MOD_DEFAULT, @$, $2, NULL, NULL, NULL); }
literals: literal { $$ = jc_list_of($1); } | literals LIST_COMMA literal { $$ = jc_list_add($1, $3); }
literal: NUMBER | PERCENT | MONEY | DURATION | TIME | DATE | INSTANT | TEXT_LITERAL
  | '-' NUMBER { $2->value.i = -$2->value.i; $2->span = @$; $2->text = jc_parser_text(parser, @$); $$ = $2; }
  | TRUE { BUILD = jc_node_word(parser, JC_LITERAL, @1); n->value = jn_value_bool(true); $$ = n; }
  | FALSE { BUILD = jc_node_word(parser, JC_LITERAL, @1); n->value = jn_value_bool(false); $$ = n; }

channel_lines: %empty { $$ = (struct jc_list){0}; } | channel_lines channel_line { $$ = jc_list_add($1, $2); }
channel_line: WEBHOOK value NL { $$ = NK(CH_WEBHOOK, @$, $2, NULL, NULL, NULL); }
  | SMTP value NL { $$ = NK(CH_SMTP, @$, $2, NULL, NULL, NULL); }
  | cap { $1->flags |= 2; $$ = $1; }
  | RATE NUMBER per NL { BUILD = NK(CH_RATE, @$, $2, NULL, NULL, NULL); n->flags = $3; $$ = n; }
  | ORDERED NL { $$ = NK(CH_ORDERED, @$, NULL, NULL, NULL, NULL); }
  | COST MONEY NL { $$ = NK(CH_COST, @$, $2, NULL, NULL, NULL); }
  | CARBON NUMBER GRAMS NL { $$ = NK(CH_CARBON, @$, $2, NULL, NULL, NULL); }
  | SECRET value NL { $$ = NK(CH_SECRET, @$, $2, NULL, NULL, NULL); }
  | TO expr NL { $$ = NK(CH_TO, @$, $2, NULL, NULL, NULL); }
  | RETRY NUMBER TIMES OVER DURATION NL { $$ = NK(CH_RETRY, @$, $2, $5, NULL, NULL); }
  | TIMEOUT DURATION NL { $$ = NK(CH_TIMEOUT, @$, $2, NULL, NULL, NULL); }
  | error NL { $$ = LOST; yyerrok; }
per: PER SECOND { $$ = 0; } | PER MINUTE { $$ = 1; }
value: TEXT_LITERAL | ENV name { $$ = NN(ENV, @$, $2); }

fields: %empty { $$ = (struct jc_list){0}; } | fields field { $$ = jc_list_add($1, $2); }
field: any_word TEXT_LITERAL NL { BUILD = NN(FIELD, @$, $1); jc_node_put(parser, n, 0, $2); $$ = n; }
  | error NL { $$ = LOST; yyerrok; }
message_lines: %empty { $$ = (struct jc_list){0}; } | message_lines message_line { $$ = jc_list_add($1, $2); }
message_line: field
  | IN STAGE name NL fields END NL { $$ = jc_node_hang(parser, NK(VARIANT, @$, $3, NULL, NULL, NULL), $5); }
  | IN error NL recovered fields END NL { $$ = LOST; }

source_lines: %empty { $$ = (struct jc_list){0}; } | source_lines source_line { $$ = jc_list_add($1, $2); }
source_line: VERIFY HMAC SHA256 HEADER TEXT_LITERAL encoding source_secret NL
    { BUILD = NN(SRC_VERIFY, @$, $5); n->flags = $6; jc_node_put(parser, n, 0, $7); $$ = n; }
  | VERIFY scheme source_secret NL { BUILD = NN(SRC_SCHEME, @$, $2); jc_node_put(parser, n, 0, $3); $$ = n; }
  | WHEN expr TAKE name NL mappings END NL { $$ = jc_node_hang(parser, NK(SRC_WHEN, @$, $2, $4, NULL, NULL), $6); }
  | WHEN error NL recovered mappings END NL { $$ = LOST; }
  | TAKE name NL mappings END NL { $$ = jc_node_hang(parser, NK(SRC_WHEN, @$, NULL, $2, NULL, NULL), $4); }
  | error NL { $$ = LOST; yyerrok; }
encoding: HEX { $$ = JC_HEX; } | BASE64 { $$ = JC_BASE64; }
scheme: NAME | NAME NAME { $$ = jc_joined(parser, JC_NAME, @$, jc_list_add(jc_list_of($1), $2), ' '); }
source_secret: SECRET value { $$ = $2; }
mappings: %empty { $$ = (struct jc_list){0}; } | mappings mapping { $$ = jc_list_add($1, $2); }
mapping: CUSTOMER expr NL { $$ = NK(MAP_CUSTOMER, @$, $2, NULL, NULL, NULL); }
  | DEDUPE expr NL { $$ = NK(MAP_DEDUPE, @$, $2, NULL, NULL, NULL); }
  | AT expr NL { $$ = NK(MAP_AT, @$, $2, NULL, NULL, NULL); }
  | NAME '=' expr NL { BUILD = NN(MAP_PROP, @$, $1); jc_node_put(parser, n, 0, $3); $$ = n; }
  | error NL { $$ = LOST; yyerrok; }

service_lines: %empty { $$ = (struct jc_list){0}; } | service_lines service_line { $$ = jc_list_add($1, $2); }
service_line: WEBHOOK value NL { $$ = NK(CH_WEBHOOK, @$, $2, NULL, NULL, NULL); }
  | SECRET value NL { $$ = NK(CH_SECRET, @$, $2, NULL, NULL, NULL); }
  | TIMEOUT DURATION NL { $$ = NK(CH_TIMEOUT, @$, $2, NULL, NULL, NULL); }
  | GIVE any_word type NL
    { $$ = NL(SV_GIVE, @$, jc_list_of(jc_node_attribute(parser, @$, $2, NULL, $3, NULL, (struct jc_list){0}))); }
  | TAKE any_word type take_default NL
    { $$ = NL(SV_TAKE, @$, jc_list_of(jc_node_attribute(parser, @$, $2, NULL, $3, NULL,
                                                        $4 == NULL ? (struct jc_list){0} : jc_list_of($4)))); }
  | BREAKER OPENS AT PERCENT OF NUMBER CALLS ',' FOR DURATION NL { $$ = NK(SV_BREAKER, @$, $4, $6, $10, NULL); }
  | error NL { $$ = LOST; yyerrok; }
take_default: %empty { $$ = NULL; } | ',' DEFAULT literal { $$ = NK(MOD_DEFAULT, @$, $3, NULL, NULL, NULL); }

/* ---- journeys */

title_opt: %empty { $$ = NULL; } | TEXT_LITERAL
headers: %empty { $$ = (struct jc_list){0}; } | headers header { $$ = jc_list_add($1, $2); }
enter_where: %empty { $$ = NULL; } | WHERE expr { $$ = $2; }
header: ENTER WHEN name enter_where NL { $$ = NK(ENTER, @$, $3, $4, NULL, NULL); }
  | ENTER WHEN CUSTOMER JOINS name NL { $$ = NK(ENTER_JOINS, @$, $5, NULL, NULL, NULL); }
  | ENTER EVERY days_every AT TIME FOR name NL { $$ = NK(ENTER_EVERY, @$, $3, $5, $7, NULL); }
  | ENTER EVERY_DAY AT TIME FOR name NL
    { BUILD = N0(DAYS, @2); n->flags = JC_EVERY_DAY; $$ = NK(ENTER_EVERY, @$, n, $4, $6, NULL); }
  | KEY name '.' NAME NL { BUILD = NN(KEY, @$, $4); jc_node_put(parser, n, 0, $2); $$ = n; }
  | ON REPEAT RESTART NL { $$ = N0(ON_REPEAT, @$); }
  | REENTER NEVER NL { BUILD = N0(REENTER, @$); n->flags = 0; $$ = n; }
  | REENTER ALWAYS NL { BUILD = N0(REENTER, @$); n->flags = 1; $$ = n; }
  | REENTER AFTER DURATION NL { BUILD = NK(REENTER, @$, $3, NULL, NULL, NULL); n->flags = 2; $$ = n; }
  | GOAL name WHEN name enter_where within_opt goal_tail NL
    { BUILD = NN(GOAL, @$, $2); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $5); jc_node_put(parser, n, 2, $6); jc_node_put(parser, n, 3, $7->kid[3]);
      n->flags = $7->flags; $$ = n; }
  | EXIT WHEN name enter_where NL { $$ = NK(EXIT_WHEN, @$, $3, $4, NULL, NULL); }
  | EXIT IF expr NL { $$ = NK(EXIT_IF, @$, $3, NULL, NULL, NULL); }
  | STARTS DATE NL { $$ = NK(JY_STARTS, @$, $2, NULL, NULL, NULL); }
  | ENDS DATE NL { $$ = NK(JY_ENDS, @$, $2, NULL, NULL, NULL); }
  | TIMEZONE TEXT_LITERAL NL { $$ = NN(JY_TIMEZONE, @$, $2); }
  | TIMEZONE CUSTOMER NL { $$ = N0(JY_TIMEZONE, @$); }
  | TOPIC name NL { $$ = NK(JY_TOPIC, @$, $2, NULL, NULL, NULL); }
  | quiet
  | cap
  | CONTROL PERCENT NL { $$ = NK(JY_CONTROL, @$, $2, NULL, NULL, NULL); }
  | ROLLOUT PERCENT NL { $$ = NK(JY_ROLLOUT, @$, $2, NULL, NULL, NULL); }
  | PRIORITY NUMBER NL { $$ = NK(JY_PRIORITY, @$, $2, NULL, NULL, NULL); }
  | stage
  | error NL { $$ = LOST; yyerrok; }
days_every: days { BUILD = N0(DAYS, @$); n->flags = $1; $$ = n; }
  | NAME { BUILD = NN(DAYS, @$, jc_node_builtin($1)); n->flags = JC_EVERY_DAY; $$ = n; }
within_opt: %empty { $$ = NULL; } | WITHIN DURATION { $$ = $2; }
goal_tail: %empty { $$ = N0(GOAL, @$); }
  | ',' EXIT { BUILD = N0(GOAL, @$); n->flags = 1; $$ = n; }
  | ',' VALUE expr { $$ = NK(GOAL, @$, NULL, NULL, NULL, $3); }
  | ',' VALUE expr ',' EXIT { BUILD = NK(GOAL, @$, NULL, NULL, NULL, $3); n->flags = 1; $$ = n; }
stage: STAGE name was_opt NL statements END NL { BUILD = jc_node_hang(parser, NN(STAGE, @$, $2), $5); jc_node_put(parser, n, 0, $3); $$ = n; }
  | STAGE name error NL recovered statements END NL { $$ = jc_node_hang(parser, NN(STAGE, @$, $2), $6); }
  | STAGE error NL recovered statements END NL { $$ = LOST; }

/* ---- statements */

statements: %empty { $$ = (struct jc_list){0}; } | statements statement { $$ = jc_list_add($1, $2); }
block: statements { $$ = NL(BLOCK, @$, $1); }
statement: plain | LABEL plain { $$ = jc_with_label($1, $2); }
  | error NL { $$ = LOST; yyerrok; }
  | error THEN NL recovered statements unknown_branches END NL { $$ = LOST; }
  | IF error THEN NL recovered block else_opt NL { $$ = LOST; }
  | SPLIT name error NL recovered arms END NL { $$ = jc_node_hang(parser, NN(SPLIT, @$, $2), $6); }
  | SPLIT error NL recovered arms END NL { $$ = LOST; }
unknown_branches: %empty | unknown_branches HANDLER NL statements | unknown_branches ELSE NL statements | unknown_branches TIMEOUT NL statements
plain: SEND name others with_opt NL { $$ = jc_node_hang(parser, NK(SEND, @$, $2, jc_others(parser, @3, $3), NULL, NULL), $4); }
  | SEND name others with_opt THEN NL handlers END NL
    { $$ = jc_node_hang(parser, NK(SEND, @$, $2, jc_others(parser, @3, $3), NL(HANDLERS, @7, $7), NULL), $4); }
  | WAIT expr NL { $$ = NK(WAIT, @$, $2, NULL, NULL, NULL); }
  | WAIT expr UNTIL days_opt TIME NL { $$ = NK(WAIT_THEN, @$, $2, $4, $5, NULL); }
  | WAIT UNTIL days TIME NL
    { BUILD = N0(DAYS, @3); n->flags = $3; $$ = NK(WAIT_TIME, @$, n, $4, NULL, NULL); }
  | WAIT UNTIL expr time_opt NL
    { bool clock = $4 == NULL && $3->kind == JC_LITERAL && $3->value.type == JN_T_TIME;
      $$ = clock ? NK(WAIT_TIME, @$, NULL, $3, NULL, NULL) : NK(WAIT_DATE, @$, $3, $4, NULL, NULL); }
  | WAIT FOR alternatives since_opt upto_opt then_opt NL
    { BUILD = NK(WAIT_FOR, @$, $5, $6 == NULL ? NULL : $6->kid[0], $6 == NULL ? NULL : $6->kid[1], NULL);
      n->flags = $4; $$ = jc_node_hang(parser, n, $3); }
  | IF expr THEN NL block else_opt NL { $$ = NK(IF, @$, $2, $5, $6, NULL); }
  | SPLIT name NL arms END NL { $$ = jc_node_hang(parser, NN(SPLIT, @$, $2), $4); }
  | MATCH expr NL match END NL { BUILD = $4; n->span = @$; jc_node_put(parser, n, 0, $2); $$ = n; }
  | REPEAT UP TO NUMBER TIMES EVERY DURATION NL block END NL { $$ = NK(REPEAT, @$, $4, $9, $7, NULL); }
  | STOP NL { $$ = N0(STOP, @$); }
  | WAIT IF expr upto_opt then_opt NL
    { $$ = NK(WAIT_IF, @$, $4, $5 == NULL ? NULL : $5->kid[0], $5 == NULL ? NULL : $5->kid[1], $3); }
  | START name NL { $$ = NK(START, @$, $2, NULL, NULL, NULL); }
  | EMIT name with_opt NL { $$ = jc_node_hang(parser, NK(EMIT, @$, $2, NULL, NULL, NULL), $3); }
  | ASK name with_opt NL { $$ = jc_node_hang(parser, NK(ASK, @$, $2, NULL, NULL, NULL), $3); }
  | APPROVE TEXT_LITERAL BY TEXT_LITERAL upto_opt then_opt NL
    { BUILD = NN(APPROVE, @$, $2); jc_node_put(parser, n, 0, $5); jc_node_put(parser, n, 3, $4);
      if ($6 != NULL) { jc_node_put(parser, n, 1, $6->kid[0]); jc_node_put(parser, n, 2, $6->kid[1]); }
      $$ = n; }
  | OPTIMIZE name FOR name choosing NL choices END NL
    { BUILD = NN(OPTIMIZE, @$, $2); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $5->kid[1]); jc_node_put(parser, n, 2, $5->kid[2]);
      $$ = jc_node_hang(parser, n, $7); }
  | SET target TO expr NL { $$ = NK(SET, @$, $2, $4, NULL, NULL); }
  | TAG TEXT_LITERAL NL { $$ = NN(TAG, @$, $2); }
  | UNTAG TEXT_LITERAL NL { $$ = NN(UNTAG, @$, $2); }
  | GO TO name NL { $$ = NN(GO_TO, @$, $3); }
  | EXIT AS name NL { $$ = NN(EXIT_AS, @$, $3); }
others: %empty { $$ = (struct jc_list){0}; } | others OR name { $$ = jc_list_add($1, $3); }
handlers: %empty { $$ = (struct jc_list){0}; } | handlers handler { $$ = jc_list_add($1, $2); }
handler: HANDLER NL block
    { BUILD = NN(HANDLER, @$, $1); n->flags = jc_outcome(parser, $1); jc_node_put(parser, n, 1, $3); $$ = n; }
with_opt: %empty { $$ = (struct jc_list){0}; } | WITH withs { $$ = $2; }
withs: with { $$ = jc_list_of($1); } | withs ',' with { $$ = jc_list_add($1, $3); }
with: NAME '=' expr { BUILD = NN(WITH, @$, $1); jc_node_put(parser, n, 0, $3); $$ = n; }
target: name { $$ = jc_node_builtin($1); }
  | CUSTOMER '.' NAME
    { BUILD = NN(MEMBER, @$, $3); jc_node_put(parser, n, 0, jc_node_builtin(jc_node_word(parser, JC_NAME, @1))); $$ = n; }
days_opt: %empty { $$ = NULL; } | days { BUILD = N0(DAYS, @$); n->flags = $1; $$ = n; }
days: day | days OR day { $$ = $1 | $3; } | days ',' day { $$ = $1 | $3; }
day: WEEKDAY { $$ = 31; } | WEEKEND { $$ = 96; } | MONDAY { $$ = 1; } | TUESDAY { $$ = 2; } | WEDNESDAY { $$ = 4; }
  | THURSDAY { $$ = 8; } | FRIDAY { $$ = 16; } | SATURDAY { $$ = 32; } | SUNDAY { $$ = 64; }
time_opt: %empty { $$ = NULL; } | AT TIME { $$ = $2; }
event_of: %empty { $$ = NULL; } | OF name { $$ = $2; }
alternatives: alternative { $$ = jc_split_alternatives(parser, $1, (struct jc_list){$1->kid[3], NULL}); $1->kid[3] = NULL; }
  | alternatives OR alternative
    { struct jc_list more = jc_split_alternatives(parser, $3, (struct jc_list){$3->kid[3], NULL}); $3->kid[3] = NULL;
      $1.last->next = more.first; $$ = (struct jc_list){$1.first, more.last}; }
alternative: name event_of wheres %prec LOW { $$ = NK(ALTERNATIVE, @$, $1, $2, NULL, $3.first); }
wheres: %empty { $$ = (struct jc_list){0}; } | wheres wait_where { $$ = jc_list_add($1, $2); }
wait_where: WHERE expr %prec LOW { $$ = $2; }
since_opt: %empty { $$ = 0; } | SINCE ENTRY { $$ = 1; } | SINCE STAGE START { $$ = 2; }
upto_opt: %empty { $$ = NULL; } | UP TO expr { $$ = $3; }
then_opt: %empty { $$ = NULL; } | THEN NL block timeout_opt END { $$ = NK(BLOCK, @$, $3, $4, NULL, NULL); }
timeout_opt: %empty { $$ = NULL; } | TIMEOUT NL block { $$ = $3; }
else_opt: END { $$ = NULL; }
  | ELSE NL block END { $$ = $3; }
  | ELSE IF expr THEN NL block else_opt { $$ = NK(IF, @$, $3, $6, $7, NULL); }
match: cases otherwise_opt { BUILD = jc_node_hang(parser, N0(MATCH, @$), $1); jc_node_put(parser, n, 2, $2); $$ = n; }
cases: %empty { $$ = (struct jc_list){0}; } | cases case { $$ = jc_list_add($1, $2); }
case: literals ':' NL block { $$ = jc_node_hang(parser, NK(CASE, @$, NULL, $4, NULL, NULL), $1); }
otherwise_opt: %empty { $$ = NULL; } | OTHERWISE NL block { $$ = $3; }
choosing: %empty { $$ = N0(OPTIMIZE, @$); }
  | choosing ',' EXPLORE PERCENT { jc_node_put(parser, $1, 1, $4); $$ = $1; }
  | choosing ',' FALLBACK name { jc_node_put(parser, $1, 2, $4); $$ = $1; }
choices: %empty { $$ = (struct jc_list){0}; } | choices choice { $$ = jc_list_add($1, $2); }
choice: ARM LABEL NL block
    { BUILD = NN(ARM, @$, $2); n->text_span = $2->text_span; jc_node_put(parser, n, 1, $4); jc_node_put(parser, n, 2, $2->kid[0]); $$ = n; }
  | ARM error NL recovered block { $$ = LOST; }
arms: %empty { $$ = (struct jc_list){0}; } | arms arm { $$ = jc_list_add($1, $2); }
arm: PERCENT LABEL NL block
    { BUILD = NN(ARM, @$, $2); n->text_span = $2->text_span; jc_node_put(parser, n, 0, $1); jc_node_put(parser, n, 1, $4); jc_node_put(parser, n, 2, $2->kid[0]); $$ = n; }
  | PERCENT name NL block
    { struct jc_diag *d = jc_parser_report(parser, JC_E0206, @2, $2->text, JN_STR(""));
      if (d != NULL) jc_fix(parser->diags, d, jn_arena_printf(parser->arena, "%.*s:", JN_FMT($2->text)));
      BUILD = NN(ARM, @$, $2); jc_node_put(parser, n, 0, $1); jc_node_put(parser, n, 1, $4); $$ = n; }
  | PERCENT error NL recovered block { $$ = LOST; }

/* ---- expressions */

expr: expr OR expr { $$ = OPERATE(OR, @$, $1, $3); }
  | expr AND expr { $$ = OPERATE(AND, @$, $1, $3); }
  | NOT expr { $$ = OPERATE(NOT, @$, $2, NULL); }
  | expr IS expr { $$ = jc_is(parser, @$, $1, $3, false); }
  | expr IS_NOT expr { $$ = jc_is(parser, @$, $1, $3, true); }
  | ONE OF literals { $$ = NL(LIST, @$, $3); }
  | expr IS KNOWN { BUILD = NK(IS_MISSING, @$, $1, NULL, NULL, NULL); n->flags = 1; $$ = n; }
  | expr IS_NOT KNOWN { $$ = NK(IS_MISSING, @$, $1, NULL, NULL, NULL); }
  | expr '<' expr { $$ = OPERATE(LESS, @$, $1, $3); }
  | expr AT_MOST expr { $$ = OPERATE(AT_MOST, @$, $1, $3); }
  | expr '>' expr { $$ = OPERATE(MORE, @$, $1, $3); }
  | expr AT_LEAST expr { $$ = OPERATE(AT_LEAST, @$, $1, $3); }
  | expr CONTAINS expr { $$ = OPERATE(CONTAINS, @$, $1, $3); }
  | expr STARTS WITH expr %prec STARTS { $$ = OPERATE(STARTS, @$, $1, $4); }
  | expr ENDS WITH expr %prec ENDS { $$ = OPERATE(ENDS, @$, $1, $4); }
  | expr LIKE expr { $$ = OPERATE(LIKE, @$, $1, $3); }
  | expr IN name { BUILD = NN(IN_SEGMENT, @$, $3); jc_node_put(parser, n, 0, $1); $$ = n; }
  | expr NOT_IN name { BUILD = NN(IN_SEGMENT, @$, $3); jc_node_put(parser, n, 0, $1); n->flags = 1; $$ = n; }
  | expr HAS NO TAG TEXT_LITERAL { BUILD = NN(HAS_TAG, @$, $5); jc_node_put(parser, n, 0, $1); n->flags = 1; $$ = n; }
  | expr HAS TAG TEXT_LITERAL { BUILD = NN(HAS_TAG, @$, $4); jc_node_put(parser, n, 0, $1); $$ = n; }
  | expr IN_THE_LAST DURATION %prec LOW { $$ = jc_node_history(parser, @$, $1, $3, NULL); }
  | expr IN_THE_LAST DURATION WHERE expr %prec LOW { $$ = jc_node_history(parser, @$, $1, $3, $5); }
  | expr IN_THE_LAST DURATION WHERE_GROUP '(' expr ')' { $6->grouped = true; $$ = jc_node_history(parser, @$, $1, $3, $6); }
  | NO expr %prec NEGATE { $$ = jc_node_no(parser, @$, $2); }
  | LAST_OF name '.' NAME { $$ = jc_node_ever(parser, @$, JN_HISTORY_LAST, $2, $4); }
  | FIRST_OF name '.' NAME { $$ = jc_node_ever(parser, @$, JN_HISTORY_FIRST, $2, $4); }
  | TIME_SINCE name { $$ = jc_node_ever(parser, @$, JN_HISTORY_SINCE, $2, NULL); }
  | expr DEFAULT expr { $$ = OPERATE(DEFAULT, @$, $1, $3); }
  | expr '+' expr { $$ = OPERATE(PLUS, @$, $1, $3); }
  | expr '-' expr { $$ = OPERATE(MINUS, @$, $1, $3); }
  | expr '*' expr { $$ = OPERATE(TIMES, @$, $1, $3); }
  | expr '/' expr { $$ = OPERATE(DIVIDE, @$, $1, $3); }
  | '-' expr %prec NEGATE { $$ = OPERATE(NEGATE, @$, $2, NULL); }
  | expr '.' NAME { BUILD = NN(MEMBER, @$, $3); jc_node_put(parser, n, 0, $1); $$ = n; }
  | expr AS name { BUILD = NN(AS_CURRENCY, @$, $3); jc_node_put(parser, n, 0, $1); $$ = n; }
  | '(' expr ')' { $2->grouped = true; $$ = $2; }
  | NAME '(' expr ')' { $$ = jc_node_hang(parser, NN(CALL, @$, jc_node_builtin($1)), jc_list_of($3)); }
  | NAME OF expr %prec NEGATE { $$ = jc_node_of(parser, @$, jc_node_builtin($1), $3); }
  | name { $$ = jc_node_builtin($1); }
  | CUSTOMER { $$ = jc_node_builtin(jc_node_word(parser, JC_NAME, @1)); }
  | MISSING { BUILD = jc_node_word(parser, JC_LITERAL, @1); $$ = n; }
  | NUMBER | PERCENT | MONEY | DURATION | TIME | DATE | INSTANT | TEXT_LITERAL
  | TRUE { BUILD = jc_node_word(parser, JC_LITERAL, @1); n->value = jn_value_bool(true); $$ = n; }
  | FALSE { BUILD = jc_node_word(parser, JC_LITERAL, @1); n->value = jn_value_bool(false); $$ = n; }

/* ---- tests */

test_lines: %empty { $$ = (struct jc_list){0}; } | test_lines test_line { $$ = jc_list_add($1, $2); }
test_line: CUSTOMER name with_opt error NL { $$ = jc_node_hang(parser, NN(T_CUSTOMER, @$, $2), $3); yyerrok; }
  | CUSTOMER name WITH error NL { $$ = NN(T_CUSTOMER, @$, $2); yyerrok; }
  | CUSTOMER name with_opt NL { $$ = jc_node_hang(parser, NN(T_CUSTOMER, @$, $2), $3); }
  | AT date_value time_value NL { $$ = NK(T_AT, @$, $2, $3, NULL, NULL); }
  | AFTER duration_value NL { $$ = NK(T_AFTER, @$, $2, NULL, NULL, NULL); }
  | name DOES name event_of with_opt NL
    { BUILD = jc_node_hang(parser, NN(T_DOES, @$, $1), $5); jc_node_put(parser, n, 0, $3); jc_node_put(parser, n, 1, $4); $$ = n; }
  | name IS_NOW name NL { BUILD = NN(T_IS_NOW, @$, $1); jc_node_put(parser, n, 0, $3); $$ = n; }
  | EXPECT name GETS NOTHING NL { $$ = NN(T_GETS, @$, $2); }
  | EXPECT name GETS NAME NL { BUILD = NN(T_GETS, @$, $2); jc_node_put(parser, n, 0, $4); $$ = n; }
  | EXPECT name GETS NAME TIMES number_value NL { BUILD = NN(T_GETS, @$, $2); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $6); $$ = n; }
  | EXPECT name NEVER GETS name NL { BUILD = NN(T_GETS, @$, $2); jc_node_put(parser, n, 0, $5); n->flags = 1; $$ = n; }
  | EXPECT name IN STAGE name OF name NL { BUILD = NN(T_IN_STAGE, @$, $2); jc_node_put(parser, n, 0, $5); jc_node_put(parser, n, 1, $7); $$ = n; }
  | EXPECT name LEFT name AS ended NL { BUILD = NN(T_LEFT, @$, $2); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $6); $$ = n; }
  | EXPECT name NOT_IN name NL { BUILD = NN(T_NOT_IN, @$, $2); jc_node_put(parser, n, 0, $4); $$ = n; }
  | EXPECT name HAS TAG text_value NL { BUILD = NN(T_HAS_TAG, @$, $2); jc_node_put(parser, n, 0, $5); $$ = n; }
  | EXPECT name HAS NO TAG text_value NL { BUILD = NN(T_HAS_TAG, @$, $2); jc_node_put(parser, n, 0, $6); n->flags = 1; $$ = n; }
  | EXPECT CUSTOMER '.' NAME OF name IS expr NL
    { BUILD = NN(T_ATTR, @$, $6); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $8); $$ = n; }
  | EXPECT name REACHED name OF name NL { BUILD = NN(T_REACHED, @$, $2); jc_node_put(parser, n, 0, $4); jc_node_put(parser, n, 1, $6); $$ = n; }
  | CHANNEL name ANSWERS number_value NL { $$ = NK(T_CHANNEL, @$, $2, $4, NULL, NULL); }
  | CHANNEL name ANSWERS number_value TIMES number_value NL { $$ = NK(T_CHANNEL, @$, $2, $4, $6, NULL); }
  | CHANNEL name HANGS NL { BUILD = NK(T_CHANNEL, @$, $2, NULL, NULL, NULL); n->flags = 1; $$ = n; }
  | SERVICE name ANSWERS withs NL { $$ = jc_node_hang(parser, NK(T_SERVICE, @$, $2, NULL, NULL, NULL), $4); }
  | SERVICE name FAILS NL { BUILD = NK(T_SERVICE, @$, $2, NULL, NULL, NULL); n->flags = 1; $$ = n; }
  | decider APPROVES text_value for_opt NL { jc_node_put(parser, $1, 0, $3); jc_node_put(parser, $1, 1, $4); $1->span = @$; $$ = $1; }
  | decider REJECTS text_value for_opt NL
    { jc_node_put(parser, $1, 0, $3); jc_node_put(parser, $1, 1, $4); $1->flags = 1; $1->span = @$; $$ = $1; }
  | FORCE SPLIT NAME '=' name NL { $$ = NK(T_FORCE, @$, $3, $5, NULL, NULL); }
  | FORCE NAME '=' in_or_out NL { BUILD = NN(T_SHARE, @$, $2); n->flags = $4 | jc_share(parser, $2); $$ = n; }
  | TOPIC name in_or_out FOR name NL { BUILD = NN(T_TOPIC, @$, $5); jc_node_put(parser, n, 0, $2); n->flags = $3; $$ = n; }
  | error NL { $$ = LOST; yyerrok; }
  | FOR EACH columns NL rows END NL
    { BUILD = NL(T_EACH, @$, $5); jc_node_put(parser, n, 0, NL(T_ROW, @3, $3)); $$ = n; }
  | FOR EACH error NL recovered rows END NL { $$ = LOST; }
ended: any_word
/* Who decides: `crm-lead`, or a text where the words of `by` are no names. */
decider: role { $$ = jc_joined(parser, JC_T_DECIDES, @$, $1, '-'); }
  | TEXT_LITERAL { BUILD = NN(T_DECIDES, @$, $1); jc_node_put(parser, n, 2, $1); $$ = n; }
role: name { $$ = jc_list_of($1); } | role '-' name { $$ = jc_list_add($1, $3); }
for_opt: %empty { $$ = NULL; } | FOR name { $$ = $2; }
/* `for each`: what stands in a row, and where its name may stand instead of a value */
columns: name { $$ = jc_list_of($1); } | columns ',' name { $$ = jc_list_add($1, $3); }
rows: %empty { $$ = (struct jc_list){0}; } | rows row { $$ = jc_list_add($1, $2); }
row: cells NL { $$ = NL(T_ROW, @1, $1); }
  | error NL { $$ = LOST; yyerrok; }
cells: cell { $$ = jc_list_of($1); } | cells ',' cell { $$ = jc_list_add($1, $3); } | cells LIST_COMMA cell { $$ = jc_list_add($1, $3); }
cell: literal | name | MISSING { $$ = jc_node_word(parser, JC_LITERAL, @1); }
date_value: DATE | name
time_value: TIME | name
duration_value: DURATION | name
number_value: NUMBER | name
text_value: TEXT_LITERAL | name

%%

#define EXPECTED_MAX 400 /* more than there are tokens */
#define EXPECTED_SHOWN 5

/* Asks the look-ahead correction alone, not for the whole set: this runs for every word. */
bool jc_parser_expects(struct jc_yypstate *state, int token) {
    yysymbol_kind_t symbol = YYTRANSLATE(token);
    return yy_lac(state->yyesa, &state->yyes, &state->yyes_capacity, state->yyssp, symbol) == 0;
}

#define TRIAL_DEPTH 1024 /* states of the parser, copied for a trial; what is nested deeper is not tried */

struct trial {
    yy_state_t state[TRIAL_DEPTH];
    size_t n;
};

/* The one step of the parser that matters here: shifts the symbol after the reductions that it asks for. */
static bool trial_shift(struct trial *trial, yysymbol_kind_t symbol) {
    for (;;) {
        int at = yypact[trial->state[trial->n - 1]], rule;
        bool found = !yypact_value_is_default(at) && at + symbol >= 0 && at + symbol <= YYLAST && yycheck[at + symbol] == symbol;
        int action = found ? yytable[at + symbol] : 0;
        if (found && action > 0) {
            if (trial->n == TRIAL_DEPTH) return false;
            trial->state[trial->n++] = (yy_state_t)action;
            return true;
        }
        if (found && yytable_value_is_error(action)) return false;
        rule = found ? -action : yydefact[trial->state[trial->n - 1]];
        if (rule == 0 || trial->n <= (size_t)yyr2[rule]) return false;
        trial->n -= (size_t)yyr2[rule];
        int left = yyr1[rule] - YYNTOKENS, top = trial->state[trial->n - 1], to = yypgoto[left] + top;
        bool direct = to >= 0 && to <= YYLAST && yycheck[to] == top;
        if (trial->n == TRIAL_DEPTH) return false;
        trial->state[trial->n++] = (yy_state_t)(direct ? yytable[to] : yydefgoto[left]);
    }
}

/* As above, or not at all. */
static bool trial_take(struct trial *trial, int token) {
    struct trial before;
    before.n = trial->n;
    memcpy(before.state, trial->state, trial->n * sizeof *trial->state);
    if (trial_shift(trial, YYTRANSLATE(token))) return true;
    trial->n = before.n;
    memcpy(trial->state, before.state, before.n * sizeof *before.state);
    return false;
}

size_t jc_parser_try(struct jc_yypstate *state, const int *token, size_t n) {
    struct trial trial = {.n = (size_t)(state->yyssp - state->yyss) + 1};
    if (trial.n >= TRIAL_DEPTH) return 0;
    memcpy(trial.state, state->yyss, trial.n * sizeof *trial.state);
    for (size_t i = 0; i < n; i++) {
        if (trial_take(&trial, token[i])) continue;
        if (token[i] >= LANGUAGE && trial_take(&trial, NAME)) continue;
        if (token[i] == IS_NOT && trial_take(&trial, IS) && trial_take(&trial, NOT)) continue;
        return i;
    }
    return n;
}

bool jc_parser_names(struct jc_yypstate *state, int token) {
    struct trial trial = {.n = (size_t)(state->yyssp - state->yyss) + 1};
    if (trial.n >= TRIAL_DEPTH) return false;
    memcpy(trial.state, state->yyss, trial.n * sizeof *trial.state);
    if (!trial_shift(&trial, YYTRANSLATE(token))) return false;
    yy_state_t top = trial.state[trial.n - 1];
    int left = yyr1[yydefact[top]];
    return yypact_value_is_default(yypact[top]) &&
           (left == YYSYMBOL_soft_word || left == YYSYMBOL_hard_word || left == YYSYMBOL_declaration_word);
}

struct jn_str jc_parser_place(const struct jc_yypstate *state, struct jn_arena *arena) {
    struct jn_str place = JN_STR("");
    const yy_state_t *top = state->yyssp;
    for (int i = 0; i < JC_PLACE_SYMBOLS && top - i > state->yyss; i++)
        place = jn_arena_printf(arena, " %s%.*s", yysymbol_name((yysymbol_kind_t)yystos[top[-i]]), JN_FMT(place));
    return place;
}

int jc_parser_token(size_t i) {
    static const char marks[] = ",.=()+-*/<>";
    if (i < sizeof marks - 1) return marks[i];
    i += (size_t)NL - (sizeof marks - 1);
    return i <= YYMAXUTOK ? (int)i : 0;
}

const char *jc_parser_token_name(int token) {
    return yysymbol_name(YYTRANSLATE(token));
}

static bool jc_leads_on(struct jc_yypstate *state, int token, const int *behind, size_t n_behind) {
    int line[JC_TRY_MAX + 1] = {token};
    if (n_behind > JC_TRY_MAX || !jc_parser_expects(state, token)) return false;
    if (n_behind > 0) memcpy(line + 1, behind, n_behind * sizeof *behind);
    return jc_parser_try(state, line, n_behind + 1) == n_behind + 1;
}

int jc_parser_meant(struct jc_yypstate *state, struct jn_str written, const int *behind, size_t n_behind,
                    struct jn_str *word) {
    struct jn_str candidate[2 * EXPECTED_MAX];
    const struct jc_word *row, *from[2 * EXPECTED_MAX];
    uint32_t n = 0;
    bool name = jc_parser_expects(state, NAME);
    *word = JN_STR_NONE;
    if (jn_utf8_length(written) < 2) return 0; /* nothing of it would stay */
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL && n + 2 <= 2 * EXPECTED_MAX; i++) {
        if ((name && row->soft) || row->token[1] != 0) continue;
        bool near = (!row->phrase && jn_utf8_distance(written, row->en, 2) <= 2) || jn_utf8_distance(written, row->zh, 2) <= 2;
        if (!near || !jc_leads_on(state, row->token[0], behind, n_behind)) continue;
        from[n] = from[n + 1] = row;
        if (!row->phrase && row->en.n > 0) candidate[n++] = row->en;
        if (row->zh.n > 0) candidate[n++] = row->zh;
    }
    *word = jc_nearest(written, candidate, n);
    for (uint32_t i = 0; word->n > 0 && i < n; i++)
        if (jn_str_eq(*word, candidate[i])) return from[i]->token[0];
    return 0;
}

/* The whole of what a word only begins: `up to` for `up`. */
static const char *jc_phrase_of(const char *word) {
    const struct jc_word *row;
    size_t n = strlen(word);
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++)
        if (row->phrase && row->token[1] != 0 && jn_str_starts(row->en, jn_str_z(word)) && row->en.p[n] == ' ') return row->en.p;
    return word;
}

static void jc_say_expected(struct jc_parser *parser, struct jc_diag *diag, const yysymbol_kind_t *expected, int n) {
    struct jn_buf list;
    jn_buf_init(&list, 512);
    for (int i = 0; i < n; i++) {
        const char *name = yysymbol_name(expected[i]), *phrase = jc_phrase_of(name);
        jn_buf_z(&list, i == 0 ? "" : i + 1 < n ? ", " : " or ");
        jn_buf_printf(&list, jc_word_find(parser->words, jn_str_z(name)) == NULL ? "%s" : "`%s`", phrase);
    }
    jc_hint(parser->diags, diag, "%.*s belongs here", JN_FMT(jn_buf_view(&list)));
    jn_buf_release(&list);
}

/* What was found, what could stand there, and which of it was probably meant. */
static int yyreport_syntax_error(const yypcontext_t *context, struct jc_parser *parser) {
    yysymbol_kind_t expected[EXPECTED_MAX];
    int n = yypcontext_expected_tokens(context, expected, EXPECTED_MAX);
    yysymbol_kind_t token = yypcontext_token(context);
    struct jc_span span = *yypcontext_location(context);
    struct jn_str found = jc_parser_text(parser, span);
    parser->bad_line = span.line;
    jc_parser_drop_line(parser, span.offset);
    if (token == YYSYMBOL_NL || token == YYSYMBOL_YYEOF) found = JN_STR("the end of the line");
    struct jc_diag *diag = jc_parser_report(parser, token == YYSYMBOL_NL || token == YYSYMBOL_YYEOF ? JC_E0202 : JC_E0201, span,
                                            jn_str_sub(found, 0, 64), JN_STR(""));
    if (diag == NULL) return 0;
    if (n > 0 && n <= EXPECTED_SHOWN) jc_say_expected(parser, diag, expected, n);
    return 0;
}
