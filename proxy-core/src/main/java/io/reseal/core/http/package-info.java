/** Pure rules on request and response heads; no channels. */
@NullMarked
package io.reseal.core.http;

import org.jspecify.annotations.NullMarked;
