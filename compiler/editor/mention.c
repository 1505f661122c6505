#include "compiler/editor/mention.h"

enum how { NONE, DECLARES, REFERS, GIVEN, BEFORE, READS };

#define ANY JC_THINGS

struct role {
    const char *column;
    enum how how;
    enum jc_thing thing;
};

static const struct role ROLES[] = {
#define JC_THING_ANY             JC_THINGS
#define ROLE(column, how, thing) {column, how, JC_THING_##thing},
#include "compiler/editor/roles.def"
#undef ROLE
#undef JC_THING_ANY
};

static const struct {
    const char *noun;
    enum jc_thing thing;
} NOUNS[] = {
#define THING(name, noun) {noun, JC_THING_##name},
#define ALSO(noun, name)  {noun, JC_THING_##name},
#include "compiler/editor/things.def"
#undef THING
#undef ALSO
};

enum { TEXT, KID, LIST = KID + 4, COLUMNS };

static const char *const COLUMN[JC_KINDS][COLUMNS] = {
#define NODE(kind, noun, text, k0, k1, k2, k3, list, flags) {text, k0, k1, k2, k3, list},
#include "compiler/syntax/ast.def"
#undef NODE
};

/* What a walk knows of where it is. */
struct around {
    struct jn_str journey, test;
    struct jn_str owner;              /* of what is given, mapped or declared here */
    enum jc_thing thing;              /* of the owner; JC_THINGS: the customer, or none */
    const struct jc_node *parameters; /* of the test, or NULL */
    const struct jc_node *lines;      /* of the test, or NULL */
    uint32_t level;
};

struct walk {
    const struct jc_unit *unit;
    struct role role[JC_KINDS][COLUMNS];
    void (*visit)(void *user, const struct jc_mention *mention);
    void *user;
};

const char *jc_thing_noun(enum jc_thing thing) {
    for (size_t i = 0; i < sizeof NOUNS / sizeof *NOUNS; i++)
        if (NOUNS[i].thing == thing) return NOUNS[i].noun;
    return "";
}

bool jc_mention_same(const struct jc_mention *a, const struct jc_mention *b) {
    bool owner = a->owner.n == 0 || b->owner.n == 0 || jn_str_eq(a->owner, b->owner);
    return a->thing == b->thing && owner && jn_str_eq(a->name, b->name);
}

static struct role role_of(enum jc_kind kind, int column) {
    struct role role = {COLUMN[kind][column], NONE, JC_THINGS};
    for (size_t i = 0; i < sizeof ROLES / sizeof *ROLES; i++)
        if (strcmp(ROLES[i].column, role.column) == 0) role = ROLES[i];
    for (size_t i = 0; role.how == DECLARES && role.thing == ANY && i < sizeof NOUNS / sizeof *NOUNS; i++)
        if (strcmp(NOUNS[i].noun, jc_kind_noun(kind)) == 0) role.thing = NOUNS[i].thing;
    return role;
}

/* A name of a kind that stands in the node: the journey that a stage is of, the event that an attribute is of. */
static struct jn_str named_in(const struct walk *walk, const struct jc_node *node, enum jc_thing thing) {
    for (int i = 0; i < 4; i++) {
        const struct role *role = &walk->role[node->kind][KID + i];
        if (node->kid[i] != NULL && role->how == REFERS && role->thing == thing) return node->kid[i]->text;
    }
    return JN_STR_NONE;
}

static struct jn_str owner_of_attribute(const struct walk *walk, const struct jc_node *node,
                                        const struct around *around) {
    if (walk->role[node->kind][KID].how == BEFORE) /* of body.a.b the workspace knows nothing */
        return node->kid[0]->kind == JC_NAME ? node->kid[0]->text : JN_STR("body");
    if (walk->role[node->kind][KID].thing == JC_THING_ATTRIBUTE) return JN_STR("customer");
    struct jn_str event = named_in(walk, node, JC_THING_EVENT);
    return event.n > 0 ? event : around->owner;
}

static struct jn_str owner_of(const struct walk *walk, const struct jc_node *node, enum jc_thing thing,
                              const struct around *around) {
    struct jn_str named;
    switch (thing) {
    case JC_THING_ATTRIBUTE:
        return owner_of_attribute(walk, node, around);
    case JC_THING_STAGE:
    case JC_THING_GOAL:
    case JC_THING_WAY_OUT:
        named = named_in(walk, node, JC_THING_JOURNEY);
        return named.n > 0 ? named : around->journey;
    case JC_THING_ARM:
        named = named_in(walk, node, JC_THING_SPLIT);
        if (named.n > 0) return named;
        return walk->role[node->kind][TEXT].thing == JC_THING_SPLIT ? node->text : around->owner;
    case JC_THING_SPLIT:
    case JC_THING_LABEL:
    case JC_THING_VARIABLE:
        return around->journey;
    case JC_THING_FIELD:
        return around->owner;
    case JC_THING_PERSON:
    case JC_THING_PARAMETER:
        return around->test;
    case JC_THING_EVENT:
    case JC_THING_SEGMENT:
    case JC_THING_TOPIC:
    case JC_THING_CHANNEL:
    case JC_THING_MESSAGE:
    case JC_THING_SOURCE:
    case JC_THING_SERVICE:
    case JC_THING_JOURNEY:
    case JC_THING_TAG:
    case JC_THINGS:
        break;
    }
    return JN_STR_NONE;
}

static bool is_parameter(const struct around *around, struct jn_str name) {
    const struct jc_node *row = around->parameters == NULL ? NULL : around->parameters->kid[0];
    for (const struct jc_node *one = row == NULL ? NULL : row->first; one != NULL; one = one->next)
        if (jn_str_eq(one->text, name)) return true;
    return false;
}

static void mention(const struct walk *walk, const struct jc_node *holder, const struct jc_node *name,
                    const struct role *role, const struct around *around) {
    struct jc_mention found = {.thing = role->thing,
                               .name = name->text,
                               .span = name->text_span.end > 0 ? name->text_span : name->span,
                               .declares = role->how == DECLARES,
                               .level = around->level,
                               .node = holder};
    if (name->text.n == 0) return;
    if (role->how == GIVEN) {
        found.declares = around->thing == JC_THING_MESSAGE;
        found.thing = found.declares ? JC_THING_VARIABLE : JC_THING_ATTRIBUTE;
    } else if (!found.declares && is_parameter(around, name->text)) {
        found.thing = JC_THING_PARAMETER;
    }
    if (found.thing == JC_THING_VARIABLE && role->how == READS && around->journey.n == 0) return;
    found.owner = role->how == GIVEN ? around->owner : owner_of(walk, holder, found.thing, around);
    walk->visit(walk->user, &found);
}

/* Of `x.y`, x: an event, or else a service; the customer and what a source was sent are no names of the workspace. */
static void mention_before(const struct walk *walk, const struct jc_node *holder, const struct jc_node *name,
                           const struct around *around) {
    if (name->builtin || jn_str_is(name->text, "customer") || jn_str_is(name->text, "body")) return;
    bool service = jc_known(walk->unit, JC_TABLE_EVENT, name->text) == NULL &&
                   jc_known(walk->unit, JC_TABLE_SERVICE, name->text) != NULL;
    struct role role = {"", REFERS, service ? JC_THING_SERVICE : JC_THING_EVENT};
    mention(walk, holder, name, &role, around);
}

/* The line of a test, and in *column where on it the parameter stands for a name. */
static const struct jc_node *line_with(const struct walk *walk, const struct around *around, struct jn_str parameter,
                                       int *column) {
    for (const struct jc_node *line = around->lines; line != NULL; line = line->next)
        for (*column = KID; *column < LIST; ++*column) {
            const struct jc_node *kid = line->kid[*column - KID];
            bool name = kid != NULL && kid->kind == JC_NAME && jn_str_eq(kid->text, parameter);
            if (name && walk->role[line->kind][*column].how == REFERS) return line;
        }
    return NULL;
}

/* A name in a row of a test's table is of what its parameter stands for. */
static void mention_cells(const struct walk *walk, const struct jc_node *row, const struct around *around) {
    const struct jc_node *parameter = around->parameters == NULL ? NULL : around->parameters->kid[0]->first;
    struct around outside = *around;
    outside.parameters = NULL;
    for (const struct jc_node *cell = row->first; cell != NULL && parameter != NULL; cell = cell->next) {
        int column;
        const struct jc_node *line = line_with(walk, around, parameter->text, &column);
        if (cell->kind == JC_NAME && line != NULL) mention(walk, line, cell, &walk->role[line->kind][column], &outside);
        parameter = parameter->next;
    }
}

static void walk_node(const struct walk *walk, const struct jc_node *node, const struct around *around);

/* A child of which the column tells what its name is. False: it is to be walked like any other. */
static bool walk_named(const struct walk *walk, const struct jc_node *holder, const struct jc_node *kid,
                       const struct role *role, const struct around *around) {
    if (kid->kind != JC_NAME) return false;
    if (role->how == BEFORE)
        mention_before(walk, holder, kid, around);
    else if (role->how != NONE)
        mention(walk, holder, kid, role, around);
    return role->how != NONE || strstr(role->column, "NAME") != NULL;
}

static void walk_list(const struct walk *walk, const struct jc_node *holder, const struct jc_node *first,
                      const struct role *role, const struct around *around) {
    for (const struct jc_node *node = first; node != NULL; node = node->next)
        if (!walk_named(walk, holder, node, role, around)) walk_node(walk, node, around);
}

/* Where the node's children are. */
static struct around inside(const struct walk *walk, const struct jc_node *node, const struct around *outside) {
    static const enum jc_thing OWNER[] = {JC_THING_EVENT, JC_THING_SERVICE, JC_THING_MESSAGE};
    struct around around = *outside;
    const struct role *own = &walk->role[node->kind][TEXT];
    if (own->how == DECLARES) {
        around.level++;
        if (own->thing != JC_THING_LABEL && own->thing != JC_THING_ATTRIBUTE && own->thing != JC_THING_FIELD) {
            around.owner = own->thing == JC_THING_PERSON ? JN_STR("customer") : node->text;
            around.thing = own->thing == JC_THING_PERSON ? JC_THINGS : own->thing;
        }
    }
    for (size_t i = 0; own->how != DECLARES && i < sizeof OWNER / sizeof *OWNER; i++) {
        struct jn_str named = named_in(walk, node, OWNER[i]);
        if (named.n == 0) continue;
        around.owner = named;
        around.thing = OWNER[i];
        break;
    }
    if (node->kind == JC_CUSTOMER) around.owner = JN_STR("customer");
    if (node->kind == JC_JOURNEY) around.journey = node->text;
    if (node->kind == JC_TEST) {
        around.test = node->text;
        around.lines = node->first;
    }
    for (const struct jc_node *line = node->kind == JC_TEST ? node->first : NULL; line != NULL; line = line->next)
        if (line->kind == JC_T_EACH) around.parameters = line;
    return around;
}

/* The depth of a tree is bounded by the parser. */
static void walk_node(const struct walk *walk, const struct jc_node *node, const struct around *outside) {
    const struct role *role = walk->role[node->kind];
    if (role[TEXT].how != NONE && !node->builtin) mention(walk, node, node, &role[TEXT], outside);
    struct around around = inside(walk, node, outside);
    if (node->label != NULL) walk_node(walk, node->label, outside);
    for (int i = 0; i < 4; i++) {
        const struct jc_node *kid = node->kid[i];
        if (kid == NULL) continue;
        if (role[KID + i].how == DECLARES && kid->kind == JC_T_ROW)
            walk_list(walk, kid, kid->first, &role[KID + i], &around);
        else
            for (; kid != NULL; kid = kid->next)
                if (!walk_named(walk, node, kid, &role[KID + i], &around)) walk_node(walk, kid, &around);
    }
    if (node->kind == JC_T_ROW)
        mention_cells(walk, node, &around);
    else
        walk_list(walk, node, node->first, &role[LIST], &around);
}

void jc_mentions(const struct jc_unit *unit, const struct jc_node *file,
                 void (*visit)(void *user, const struct jc_mention *mention), void *user) {
    struct walk walk = {.unit = unit, .visit = visit, .user = user};
    struct around around = {.thing = JC_THINGS};
    for (int kind = 0; kind < JC_KINDS; kind++)
        for (int column = 0; column < COLUMNS; column++)
            walk.role[kind][column] = role_of((enum jc_kind)kind, column);
    walk_node(&walk, file, &around);
}
