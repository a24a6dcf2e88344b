/** One request and its response: state, deadlines, retry, relay of bodies with backpressure. */
@NullMarked
package io.reseal.core.exchange;

import org.jspecify.annotations.NullMarked;
