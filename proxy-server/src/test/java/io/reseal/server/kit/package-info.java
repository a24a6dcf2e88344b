/** Programs that tests run, ours among them. */
@NullMarked
package io.reseal.server.kit;

import org.jspecify.annotations.NullMarked;
