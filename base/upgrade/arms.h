/* People inside an arm that a new version has no more. Private to this folder. */
#ifndef UPGRADE_ARMS_H
#define UPGRADE_ARMS_H

#include "upgrade/upgrade.h"

/* Adds a problem row for every step that can hold someone, is gone, and is reached only through an arm that is gone
 * from a split that is left: which arm takes them is for the script to say. */
void upgrade_check_arms(struct jn_upgrade *upgrade, uint32_t journey, struct jn_arena *arena);

#endif
