@NullMarked
package io.reseal.server.trace;

import org.jspecify.annotations.NullMarked;
