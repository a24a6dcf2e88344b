/** The access log: one line for each exchange and each tunnel, written by a thread of its own. */
@NullMarked
package io.reseal.server.accesslog;

import org.jspecify.annotations.NullMarked;
