/** What every event loop has once: deadlines and deferred flushes. */
@NullMarked
package io.reseal.core.loop;

import org.jspecify.annotations.NullMarked;
