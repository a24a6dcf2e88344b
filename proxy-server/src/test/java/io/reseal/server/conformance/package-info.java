/** Conformance tools of others against a listener of ours. */
@NullMarked
package io.reseal.server.conformance;

import org.jspecify.annotations.NullMarked;
