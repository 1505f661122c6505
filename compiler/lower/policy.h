/* Topics, quiet hours, caps, shares, rates and costs: from their lines to their records. */
#ifndef COMPILER_LOWER_POLICY_H
#define COMPILER_LOWER_POLICY_H

#include "compiler/sema/unit.h"

void jc_topics_lower(struct jc_unit *unit);
/* The topic's record; JN_NONE without a name, or with a diagnostic. */
uint32_t jc_topic_find(struct jc_unit *unit, const struct jc_node *name);
/* Reports lines of these kinds that stand in the block more than once. */
void jc_lines_once(struct jc_unit *unit, const struct jc_node *block, const enum jc_kind *kind, uint32_t n);
/* The block's caps as records; gives how many. */
uint32_t jc_caps_lower(struct jc_unit *unit, const struct jc_node *block, uint32_t *first);

void jc_policy_workspace(struct jc_unit *unit, struct jn_meta *meta);
void jc_policy_journey(struct jc_unit *unit, const struct jc_node *journey, struct jn_journey *row);
void jc_policy_channel(struct jc_unit *unit, const struct jc_node *channel, struct jn_channel *row);

#endif
