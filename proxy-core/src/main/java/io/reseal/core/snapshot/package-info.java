/** A configuration compiled to immutable tables that the event loops read. */
@NullMarked
package io.reseal.core.snapshot;

import org.jspecify.annotations.NullMarked;
