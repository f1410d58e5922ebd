/* How urgent a mail is held to be, by its header alone. No behaviour. */
#ifndef POSTROAD_MODEL_MAIL_URGENCY_H
#define POSTROAD_MODEL_MAIL_URGENCY_H

enum mail_urgency { MAIL_NORMAL, MAIL_URGENT, MAIL_NON_URGENT };

#endif
