/** Endpoints, name resolution, connecting, and pools per event loop. */
@NullMarked
package io.reseal.core.upstream;

import org.jspecify.annotations.NullMarked;
