/**
 * Page views, bytes by status and unique visitors over Apache access logs.
 *
 * <p>Start at {@link io.anabranch.examples.web.WebAnalytics}, the application: it is public because
 * a configuration names it. {@link io.anabranch.examples.web.Request} is the event that its views
 * read, {@link io.anabranch.examples.web.WebTraffic} makes up the log of the demo; both are public
 * because the framework calls them.
 */
package io.anabranch.examples.web;
