/* Planted: the window reads the model. */
#include "model/tcp/tcp.h"
