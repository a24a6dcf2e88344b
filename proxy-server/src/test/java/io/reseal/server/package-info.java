@NullMarked
package io.reseal.server;

import org.jspecify.annotations.NullMarked;
