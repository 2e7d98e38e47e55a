import { createSSRApp } from 'vue'
import App from './App.vue'

/** uni-app calls this once on every platform. */
export function createApp() {
  return { app: createSSRApp(App) }
}
