/* Faults that strike a whole host: it stops, its disk, its programs, its clock, its ICMP. For faults.c. */
#ifndef POSTROAD_MODEL_HOST_HOST_FAULTS_H
#define POSTROAD_MODEL_HOST_HOST_FAULTS_H

#include "model/host/world_internal.h"

/* This fault, or one like it, has begun or ended: its host is made what all that are in force say. */
void host_faults_stop(struct world *world, const struct scenario_fault *like);
void host_faults_mute(struct world *world, const struct scenario_fault *like);
void host_faults_disk(struct world *world, const struct scenario_fault *like);
void host_faults_slow(struct world *world, const struct scenario_fault *like);
void host_faults_pause(struct world *world, const struct scenario_fault *like);
void host_faults_clock(struct world *world, const struct scenario_fault *like);

#endif
