@NullMarked
package io.reseal.server.run;

import org.jspecify.annotations.NullMarked;
